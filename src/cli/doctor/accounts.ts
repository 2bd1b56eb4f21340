/** What `telephony doctor` finds out about an account: whether its key is good, for what, and what is left on it. */
import { PlatformError, redact } from "../../http/index.js";
import { platforms } from "../../platforms/index.js";
import type { Platform } from "../../platforms/platform.js";
import { formatMoney } from "../../provider/money.js";
import { formatDuration } from "../../duration.js";
import type { Account } from "../accounts.js";
import { type Check, failure, ok, type Section, warning } from "./check.js";

/** More than networks and the seconds of a Date header explain. Orders are told from older ones by their age. */
const MOST_SKEW_MS = 30_000;

function clockCheck(date: string | undefined, answeredAt: number): Check {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return ok("clock", "unknown: the answer has no date");
  const skew = answeredAt - theirs;
  if (Math.abs(skew) <= MOST_SKEW_MS) return ok("clock", "agrees with the platform's");
  return warning(
    "clock",
    `this machine is ${formatDuration(Math.abs(skew))} ${skew > 0 ? "ahead of" : "behind"} the platform`,
    "Set it by a time server (NTP). How old an order is, is told by it, and TLS certificates are too",
  );
}

async function balanceCheck(platform: Platform, title: string): Promise<Check> {
  if (!platform.balance) return ok("balance", `unknown: ${title} has no call for it`);
  try {
    const balance = await platform.balance({});
    if (!balance) return ok("balance", `unknown: ${title} doesn't tell it`);
    if (/^-|^[0.]+$/.test(balance.amount)) return warning("balance", formatMoney(balance), `Top up the ${title} account: nothing can be bought, and numbers that can't be paid for may be released`);
    return ok("balance", formatMoney(balance));
  } catch (error) {
    return warning("balance", `can't be read: ${redact((error as Error).message)}`, "Without it nobody warns before a number can't be paid for");
  }
}

/** Where calls go, and whose that address is. */
function addressOf({ settings, platform }: Account): { url: string; usual: boolean } {
  const { defaultUrl } = platforms[platform].traits;
  const url = settings.get(`${platform}Url`) ?? defaultUrl;
  return { url, usual: url.replace(/\/+$/, "") === defaultUrl };
}

export async function examineAccount(account: Account): Promise<Section> {
  const { title } = platforms[account.platform].traits;
  const heading = `${title}${account.name === "default" ? "" : `, account ${account.name}`}, key from ${account.from}`;
  let platform: Platform;
  try {
    platform = account.open();
  } catch (error) {
    return { title: heading, checks: [failure("settings", redact((error as Error).message))] };
  }
  const { url, usual } = addressOf(account);
  const address = ok("address", redact(usual ? url : `${url} (not ${title}'s own)`));
  try {
    const { date } = await platform.probe({});
    const answeredAt = Date.now();
    return { title: heading, checks: [address, ok("key", "accepted, and may read numbers"), clockCheck(date, answeredAt), await balanceCheck(platform, title)] };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { title: heading, checks: [address, failureOf(error)] };
  }
}

/** Of the errors that a run of Pulumi would end with, what one can do without one. */
function failureOf(error: PlatformError): Check {
  const what = error.message.slice(0, error.message.length - error.remedy.length).trim();
  const remedy = error.remedy.replace(/,? then run pulumi up again/, "");
  return failure(error.kind === "unauthorized" || error.kind === "forbidden" ? "key" : "answer", what, remedy);
}
