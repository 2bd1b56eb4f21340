import { iso, nextMonth } from "../clock";
import type { Account } from "../store";
import { accountNamed, charge, recordRelease, worldNow, type DueEvent, type OwnedNumber, type World } from "../world";
import { voipbin, type PhoneNumber } from "./state";
import { micros, timestamp, timestamps } from "./wire";

/** Cents a month for a normal number, whatever its country [RST billing_account_overview]; virtual ones are free. */
export const monthlyPrice = 500;

export function numbersOf(world: World, account: Account): PhoneNumber[] {
  return voipbin(world).numbers.filter((row) => row.account === account.account);
}

/** Whether the customer holds the number: a released one may still be shown, and is on offer again. */
export function isHeld(row: PhoneNumber): boolean {
  return row.tm_delete === null && row.standing !== "released";
}

export function release(world: World, row: PhoneNumber, at: number): void {
  const held = isHeld(row);
  row.tm_update = row.tm_delete = micros(world, at);
  if (held) recordRelease(world, accountNamed(world, "voipbin", row.account), row.number, at);
}

/** Charges the next month; a number whose owner can't pay is released instead [SRV numberhandler/renew.go]. */
export function renew(world: World, row: PhoneNumber, at: number): boolean {
  const account = accountNamed(world, "voipbin", row.account);
  if (account.balance < monthlyPrice) {
    release(world, row, at);
    return false;
  }
  charge(world, account, "renewal", row.number, monthlyPrice, at);
  row.tm_renew = row.tm_update = micros(world, at);
  row.renewAt = nextMonth(at, Math.floor(row.tm_purchase / 1000));
  return true;
}

export function nextRenewal(world: World): DueEvent | undefined {
  let first: PhoneNumber | undefined;
  for (const row of voipbin(world).numbers) {
    if (row.type === "normal" && isHeld(row) && (!first || row.renewAt < first.renewAt)) first = row;
  }
  if (!first) return undefined;
  const row = first;
  return { at: row.renewAt, run: () => void renew(world, row, row.renewAt) };
}

export function takenNumbers(world: World): Set<string> {
  return new Set(voipbin(world).numbers.filter(isHeld).map((row) => row.number));
}

function statusOf(world: World, row: PhoneNumber): string {
  if (row.tm_delete !== null) return "deleted";
  if (row.standing) return row.standing;
  return worldNow(world) < row.activeAt ? "purchase-pending" : "active";
}

export function ownedNumbers(world: World): OwnedNumber[] {
  return voipbin(world).numbers.filter(isHeld).map((row) => ({
    platform: "voipbin", account: row.account, number: row.number, id: row.id, name: row.name, status: statusOf(world, row),
    purchasedAt: iso(Math.floor(row.tm_purchase / 1000)), detail: row.detail, type: row.type, call_flow_id: row.call_flow_id,
    message_flow_id: row.message_flow_id, ...(row.type === "normal" && { renewsAt: iso(row.renewAt) }),
  }));
}

/** NumberManagerNumber [OAS openapi.yaml]. */
export function numberView(world: World, row: PhoneNumber): object {
  return {
    id: row.id,
    customer_id: row.customer_id,
    number: row.number,
    type: row.type,
    call_flow_id: row.call_flow_id,
    message_flow_id: row.message_flow_id,
    name: row.name,
    detail: row.detail,
    status: statusOf(world, row),
    t38_enabled: false,
    emergency_enabled: false,
    metadata: row.metadata,
    tm_purchase: timestamp(world, row.tm_purchase),
    tm_renew: timestamp(world, row.tm_renew),
    ...timestamps(world, row),
  };
}
