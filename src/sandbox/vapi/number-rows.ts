import { iso } from "../clock";
import { accountNamed, recordRelease, worldNow, type OwnedNumber, type World } from "../world";
import { vapi, vapiOptions, type PhoneNumber } from "./state";
import { common } from "./wire";

export function statusOf(world: World, row: PhoneNumber): "active" | "activating" | "blocked" {
  return worldNow(world) < row.activeAt ? "activating" : row.status;
}

/** The digits, once they are there. */
export function digitsOf(world: World, row: PhoneNumber): string | null {
  return worldNow(world) < row.numberAt ? null : row.number;
}

const secrets = ["twilioAuthToken", "twilioApiKey", "twilioApiSecret", "authentication"];

/** PhoneNumber [OAS]. */
export function numberView(world: World, row: PhoneNumber, from: "list" | "read" | "write"): object {
  const { masked, echoSecrets } = vapiOptions(world);
  const digits = digitsOf(world, row);
  const hide = from !== "write" && (masked === "reads" || (masked === "lists" && from === "list"));
  const fields = echoSecrets ? row.fields : Object.fromEntries(Object.entries(row.fields).filter(([name]) => !secrets.includes(name)));
  return {
    ...common(row), provider: row.provider, ...fields,
    ...(digits !== null && { number: hide ? `${digits.slice(0, 4)}****${digits.slice(-4)}` : digits }),
    status: statusOf(world, row),
  };
}

/** Drops the record. A number that Vapi allocated is given up; of an imported one only the record goes. */
export function dropNumber(world: World, row: PhoneNumber): void {
  const state = vapi(world);
  state.numbers = state.numbers.filter((item) => item !== row);
  if (row.provider === "vapi" && row.number !== null) recordRelease(world, accountNamed(world, "vapi", row.account), row.number, worldNow(world));
}

export function ownedNumbers(world: World): OwnedNumber[] {
  return vapi(world).numbers.map((row) => ({
    platform: "vapi", account: row.account, number: row.number ?? "", id: row.id, name: (row.fields["name"] as string | undefined) ?? "",
    status: statusOf(world, row), purchasedAt: iso(row.createdAt), provider: row.provider, sipUri: row.fields["sipUri"] ?? null,
    assistantId: row.fields["assistantId"] ?? null, squadId: row.fields["squadId"] ?? null,
  }));
}

export function takenNumbers(world: World): Set<string> {
  return new Set(vapi(world).numbers.flatMap((row) => (row.provider === "vapi" && row.number !== null ? [row.number] : [])));
}
