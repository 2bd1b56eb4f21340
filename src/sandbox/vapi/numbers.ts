import { Hono, type Context } from "hono";
import type { Account } from "../store";
import { type Env, type Platform, type World } from "../world";
import { addNumber, allocate } from "./allocation";
import { digitsOf, dropNumber, numberView } from "./number-rows";
import * as schemas from "./schemas";
import { creationTime, providers, vapi, vapiOptions, type Fields, type PhoneNumber, type Provider } from "./state";
import { badRequest, check, filtered, json, limitOf, notFound, VapiError, wholeNumber } from "./wire";

const links = ["assistantId", "squadId", "workflowId"];

export function numberRoutes(world: World, platform: Platform): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/phone-number", async (c) => c.json(numberView(world, create(world, platform, c.get("account"), await json(c)), "write"), 201));
  app.get("/phone-number", (c) => c.json(
    filtered(c, c.get("account"), vapi(world).numbers).slice(0, limitOf(c)).map((row) => numberView(world, row, "list"))));
  app.get("/v2/phone-number", (c) => c.json(paged(c, world)));
  app.get("/phone-number/:id", (c) => c.json(numberView(world, find(world, c), "read")));
  app.patch("/phone-number/:id", async (c) => {
    const row = find(world, c);
    change(world, c.get("account"), row, await json(c));
    return c.json(numberView(world, row, "write"));
  });
  app.delete("/phone-number/:id", (c) => {
    const row = find(world, c);
    const view = numberView(world, row, "write");
    dropNumber(world, row);
    return c.json(view);
  });
  return app;
}

function providerOf(body: Fields): Provider {
  const provider = providers.find((known) => known === body["provider"]);
  if (!provider) throw badRequest(`provider must be one of the following values: ${providers.join(", ")}`);
  return provider;
}

function create(world: World, platform: Platform, account: Account, body: Fields): PhoneNumber {
  const provider = providerOf(body);
  const linking = provider === "vapi" && vapiOptions(world).create === "link";
  const { provider: _provider, number, ...rest } = check(linking ? schemas.createLinking : schemas.create[provider], body);
  const fields = withoutNulls(rest);
  requireTargets(world, account, fields);
  if (provider !== "vapi") return importNumber(world, account, provider, (number as string | null | undefined) ?? null, fields);

  const { sipUri, numberDesiredAreaCode } = fields as { sipUri?: string; numberDesiredAreaCode?: string };
  if (sipUri !== undefined) {
    requireFreeSipUri(world, sipUri);
    return addNumber(world, account, "vapi", null, fields);
  }
  if (linking && number != null) return linkDashboardNumber(world, account, number as string, fields);
  // [seed 000]: "Creates resource but no phone number assigned".
  if (linking && numberDesiredAreaCode === undefined) return addNumber(world, account, "vapi", null, fields);
  // Without an area code: ASSUMED any.
  return allocate(world, platform, account, numberDesiredAreaCode ?? null, fields);
}

/** A number of another carrier's, or of the customer's own: a record of it, and no purchase. */
function importNumber(world: World, account: Account, provider: Provider, number: string | null, fields: Fields): PhoneNumber {
  requireNew(world, account, provider, number, fields);
  // Defaults that an answer shows [OAS].
  const defaults: Fields = provider === "twilio" ? { smsEnabled: true } : provider === "byo-phone-number" ? { numberE164CheckEnabled: true } : {};
  return addNumber(world, account, provider, number, { ...defaults, ...fields });
}

/** (twilioAccountSid, number) is unique [3P 53158115142]; (credentialId, number) is ASSUMED to be. */
function requireNew(world: World, account: Account, provider: Provider, number: string | null, fields: Fields, self?: PhoneNumber): void {
  if (number === null) return;
  const key = provider === "twilio" ? "twilioAccountSid" : "credentialId";
  const existing = vapi(world).numbers.find((row) => row !== self && row.account === account.account && row.provider === provider && row.number === number
    && row.fields[key] === fields[key]);
  if (existing) throw new VapiError(vapiOptions(world).duplicateStatus, `Existing Phone Number ${existing.id} Has Identical \`${key}\` and \`number\`.`);
}

function linkDashboardNumber(world: World, account: Account, number: string, fields: Fields): PhoneNumber {
  const row = vapi(world).numbers.find((item) => item.account === account.account && item.provider === "vapi" && item.number === number);
  // ASSUMED: the seed links only what it owns.
  if (!row) throw new VapiError(400, `Couldn't find ${number} among this organization's Vapi numbers. Buy it in the dashboard first.`);
  Object.assign(row.fields, fields);
  row.updatedAt = Math.max(creationTime(world), row.updatedAt);
  return row;
}

function change(world: World, account: Account, row: PhoneNumber, body: Fields): void {
  // ASSUMED: a record doesn't change its provider.
  if (body["provider"] !== undefined && providerOf(body) !== row.provider) throw badRequest(`provider must be ${row.provider}`);
  const { provider: _provider, number, ...rest } = check(schemas.update[row.provider], body);
  const { nullLinks } = vapiOptions(world);
  for (const name of links) {
    if (rest[name] !== null) continue;
    if (nullLinks === "refuse") throw badRequest(`${name} must be a string`);
    if (nullLinks === "ignore") delete rest[name];
  }
  requireTargets(world, account, rest);
  if (typeof rest["sipUri"] === "string") requireFreeSipUri(world, rest["sipUri"], row);
  const fields = withoutNulls({ ...row.fields, ...rest });
  const digits = number === undefined ? row.number : (number as string | null);
  if (row.provider !== "vapi") requireNew(world, account, row.provider, digits, fields, row);
  row.fields = fields;
  row.number = digits;
  row.updatedAt = Math.max(creationTime(world), row.updatedAt);
}

/** An assistant or squad that isn't there is refused; the text is ASSUMED. Workflows can't be checked: the current API has no route for them. */
function requireTargets(world: World, account: Account, fields: Fields): void {
  const { assistants, squads } = vapi(world);
  const unknown = (id: unknown, all: { id: string; account: string }[]) => id != null && !all.some((item) => item.id === id && item.account === account.account);
  if (unknown(fields["assistantId"], assistants)) throw new VapiError(400, `Couldn't Find Assistant. \`assistantId\` ${String(fields["assistantId"])} Does Not Exist.`);
  if (unknown(fields["squadId"], squads)) throw new VapiError(400, `Couldn't Find Squad. \`squadId\` ${String(fields["squadId"])} Does Not Exist.`);
}

/** Case-insensitive [SDK]; that it is unique is ASSUMED, and who else has it isn't said. */
function requireFreeSipUri(world: World, sipUri: string, self?: PhoneNumber): void {
  const wanted = sipUri.toLowerCase();
  if (vapi(world).numbers.some((row) => row !== self && (row.fields["sipUri"] as string | undefined)?.toLowerCase() === wanted)) {
    throw new VapiError(400, `SIP URI ${sipUri} is already taken.`);
  }
}

export function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/** `GET /v2/phone-number`: page by page, with a search over name, digits and SIP URI. */
function paged(c: Context<Env>, world: World): object {
  const limit = Math.max(1, limitOf(c));
  const page = wholeNumber(c, "page", 1, 1, Number.MAX_SAFE_INTEGER);
  const sortOrder = c.req.query("sortOrder") ?? "DESC";
  if (sortOrder !== "ASC" && sortOrder !== "DESC") throw badRequest("sortOrder must be one of the following values: ASC, DESC");
  const sortBy = c.req.query("sortBy") ?? "createdAt";
  if (!["createdAt", "duration", "cost"].includes(sortBy)) throw badRequest("sortBy must be one of the following values: createdAt, duration, cost");
  const search = c.req.query("search")?.toLowerCase() ?? "";
  const found = filtered(c, c.get("account"), vapi(world).numbers).filter((row) =>
    search === ""
    || [row.fields["name"], digitsOf(world, row), row.fields["sipUri"]].some((text) => typeof text === "string" && text.toLowerCase().includes(search)));
  if (sortOrder === "ASC") found.reverse();
  const totalPages = Math.ceil(found.length / limit);
  return {
    results: found.slice((page - 1) * limit, page * limit).map((row) => numberView(world, row, "list")),
    metadata: { itemsPerPage: limit, totalItems: found.length, currentPage: page, totalPages, hasNextPage: page < totalPages, sortOrder },
  };
}

function find(world: World, c: Context<Env>): PhoneNumber {
  const id = c.req.param("id") ?? "";
  const row = vapi(world).numbers.find((item) => item.id === id && item.account === c.get("account").account);
  if (!row) throw notFound("Phone number", id);
  return row;
}
