import { iso } from "../clock";
import { stockOf } from "../inventory";
import type { Account } from "../store";
import { worldNow, type World } from "../world";
import { atCarrier, capabilitiesOf, carrierName, configure } from "./carriers";
import { burki, hasCredentials, type Assistant, type Carrier, type Flow, type NumberRow } from "./state";
import { BurkiError } from "./wire";

/** Writes the row of a number: phone_number is unique, and a row that is there already is updated [SRC app/api/phone_numbers.py]. */
export function upsertRow(world: World, account: Account, number: string, provider: Carrier, carrierId: string, changes: Partial<NumberRow>): NumberRow {
  const state = burki(world);
  const at = worldNow(world);
  const known = state.rows.find((row) => row.phone_number === number);
  if (known) return Object.assign(known, { account: account.account, provider, provider_phone_id: carrierId, is_active: true, ...changes, updated_at: at });
  const row: NumberRow = {
    id: ++state.lastId.row, account: account.account, phone_number: number, friendly_name: number, provider, provider_phone_id: carrierId, is_active: true,
    capabilities: capabilitiesOf(stockOf("burki").get(number)), sip_trunk_id: null, allowed_country_codes: null, assistant_id: null, flow_id: null,
    created_at: at, updated_at: null, ...changes,
  };
  state.rows.push(row);
  return row;
}

/** Brings in what the carriers have, under the carriers' names; says how many [SRC phone_number_service.py]. */
export function sync(world: World, account: Account): number {
  const found = burki(world).carrierNumbers.filter((item) => item.account === account.account && hasCredentials(account, item.carrier));
  for (const item of found) upsertRow(world, account, item.number, item.carrier, item.id, { friendly_name: carrierName(item) });
  return found.length;
}

/** An organisation's rows, in the order of the list [SRC phone_number_service.py]. */
export function rowsOf(world: World, account: Account): NumberRow[] {
  return burki(world).rows.filter((row) => row.account === account.account).sort((a, b) => (a.phone_number < b.phone_number ? -1 : 1));
}

export function findRow(world: World, account: Account, id: number): NumberRow {
  const row = rowsOf(world, account).find((item) => item.id === id);
  if (!row) throw new BurkiError(404, "Phone number not found");
  return row;
}

/** The row of a number that a route is about: 404 where nobody has it, 403 where another organisation does [SRC]. */
export function rowOfNumber(world: World, account: Account, number: string): NumberRow {
  const row = burki(world).rows.find((item) => item.phone_number === number);
  if (!row) throw new BurkiError(404, "Phone number not found in your account");
  if (row.account !== account.account) throw new BurkiError(403, "Unauthorized: phone number belongs to different organization");
  return row;
}

export function findAssistant(world: World, account: Account, id: number): Assistant {
  const assistant = burki(world).assistants.find((item) => item.id === id && item.account === account.account);
  if (!assistant) throw new BurkiError(404, `Assistant with ID ${id} not found in your organization`);
  return assistant;
}

export function findFlow(world: World, account: Account, id: number): Flow {
  const flow = burki(world).flows.find((item) => item.id === id && item.account === account.account);
  // The text is ASSUMED.
  if (!flow) throw new BurkiError(404, `Flow with ID ${id} not found in your organization`);
  return flow;
}

/** Points the number at an assistant, and sets it up at its carrier. A number has an assistant or a flow, not both [OAS]; that the flow gives way is ASSUMED. */
export function pointAtAssistant(world: World, row: NumberRow, assistant: Assistant | null): void {
  row.assistant_id = assistant?.id ?? null;
  if (assistant) row.flow_id = null;
  row.updated_at = worldNow(world);
  const number = assistant && atCarrier(world, row.account, row.phone_number);
  if (number) configure(number, Boolean(assistant.fields["sms_webhook_url"]));
}

/** Binds the number to a flow, "and clears any direct assistant assignment" [DOCS flows/overview]. */
export function pointAtFlow(world: World, row: NumberRow, flow: Flow | null): void {
  row.flow_id = flow?.id ?? null;
  if (flow) row.assistant_id = null;
  row.updated_at = worldNow(world);
}

/** OrganizationPhoneNumberResponse [OAS]; `twilio_sid` holds the carrier's id, whatever the carrier. */
export function rowView(world: World, row: NumberRow): object {
  const assistant = burki(world).assistants.find((item) => item.id === row.assistant_id);
  const flow = burki(world).flows.find((item) => item.id === row.flow_id);
  return {
    id: row.id, phone_number: row.phone_number, friendly_name: row.friendly_name, provider: row.provider, twilio_sid: row.provider_phone_id,
    is_active: row.is_active, is_verified_caller_id: false, capabilities: row.capabilities, sip_trunk_id: row.sip_trunk_id,
    allowed_country_codes: row.allowed_country_codes,
    assistant: assistant ? { id: assistant.id, name: assistant.fields["name"], is_active: assistant.fields["is_active"] } : null,
    flow: flow ? { id: flow.id, name: flow.name, is_active: flow.is_active } : null,
    created_at: iso(row.created_at), updated_at: row.updated_at === null ? null : iso(row.updated_at),
  };
}
