import { formatAmount } from "./money";
import type { Account } from "./store";
import type { Platform, World } from "./world";

/** Enough that nobody runs out of it who doesn't mean to. */
const defaultBalance = 100_000_00;

/** Opens an account, under a name of its own where none is given. */
export function addAccount(world: World, platform: Platform, key: string, label?: string): Account {
  const { accounts } = world.state;
  const names = new Set(accounts.filter((item) => item.platform === platform.name).map((item) => item.account));
  const free = (base: string, n = names.size + 1): string => (names.has(`${base}-${n}`) ? free(base, n + 1) : `${base}-${n}`);
  const account: Account = {
    platform: platform.name, account: label ?? free("account"), key, balance: defaultBalance, extra: platform.accountFields.parse({}),
  };
  accounts.push(account);
  platform.accountChanged?.(world, account);
  return account;
}

/** What the control routes show of it. */
export function accountView({ balance, extra, ...account }: Account): object {
  return { ...account, balance: formatAmount(balance), ...extra };
}
