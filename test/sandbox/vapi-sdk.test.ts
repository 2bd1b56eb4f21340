import { VapiClient, VapiError, type Vapi } from "@vapi-ai/server-sdk";
import { expect } from "chai";
import { start, type TestSandbox } from "./helpers";

/** The official SDK against the sandbox: a client that nobody here wrote. Retries are off, as they must be: it repeats every POST otherwise. */
describe("sandbox: Vapi, through @vapi-ai/server-sdk", () => {
  let s: TestSandbox;
  let client: VapiClient;
  beforeEach(async () => {
    s = await start();
    client = clientOf("default");
  });
  afterEach(() => s.sandbox.close());

  const clientOf = (account: string) => new VapiClient({
    token: s.sandbox.accounts.find((item) => item.platform === "vapi" && item.account === account)!.key,
    environment: s.sandbox.env["VAPI_URL"]!, maxRetries: 0, timeoutInSeconds: 10,
  });

  const receptionist: Vapi.CreateAssistantDto = {
    name: "Shop Receptionist",
    model: { provider: "anthropic", model: "claude-3-5-sonnet-20241022", messages: [{ role: "system", content: "You are a helpful receptionist." }] },
    voice: { provider: "11labs", voiceId: "21m00Tcm4TlvDq8ikWAM" },
    transcriber: { provider: "deepgram", model: "nova-2", language: "en" },
    firstMessage: "Hello!", maxDurationSeconds: 600, metadata: { shop: "one" }, server: { url: "https://example.com/vapi", timeoutSeconds: 20 },
  };

  async function failure(promise: PromiseLike<unknown>): Promise<VapiError> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof VapiError) return error;
      throw error;
    }
    throw new Error("it didn't fail");
  }

  it("takes assistants through their life", async () => {
    const created = await client.assistants.create(receptionist).withRawResponse();
    expect(created.rawResponse.status).to.equal(201);
    const { id } = created.data;
    expect(created.data).to.deep.include({ name: "Shop Receptionist", model: receptionist.model, voice: receptionist.voice });
    expect(await client.assistants.get({ id })).to.deep.equal(created.data);
    const updated = await client.assistants.update({ id, name: "Night desk", firstMessage: "Good evening!" });
    expect(updated).to.deep.include({ name: "Night desk", firstMessage: "Good evening!", model: receptionist.model });
    const second = await client.assistants.create({ name: "Second" });
    expect((await client.assistants.list()).map((item) => item.id)).to.deep.equal([second.id, id]);
    expect((await client.assistants.list({ limit: 1, createdAtLt: second.createdAt })).map((item) => item.id)).to.deep.equal([id]);
    expect((await client.assistants.delete({ id })).id).to.equal(id);
    expect((await failure(client.assistants.get({ id }))).statusCode).to.equal(404);
  });

  it("takes a bought number through its life", async () => {
    const assistant = await client.assistants.create(receptionist);
    const created = await client.phoneNumbers.create({ provider: "vapi", numberDesiredAreaCode: "415", name: "Shop line", assistantId: assistant.id }).withRawResponse();
    expect(created.rawResponse.status).to.equal(201);
    const { id } = created.data;
    expect(created.data).to.include({ provider: "vapi", status: "activating", name: "Shop line", assistantId: assistant.id, numberDesiredAreaCode: "415" });
    expect(created.data.number).to.equal(undefined);
    await s.advance("2s");
    const ready = await client.phoneNumbers.get({ id });
    expect(ready.status).to.equal("active");
    expect(ready.number).to.match(/^\+1415\d{7}$/);

    const night = await client.assistants.create({ name: "Night desk" });
    const updated = await client.phoneNumbers.update({ id, body: { provider: "vapi", name: "Night line", assistantId: night.id } });
    expect(updated).to.include({ id, name: "Night line", assistantId: night.id, number: ready.number });
    expect(await client.phoneNumbers.list()).to.deep.equal([updated]);
    const page = await client.phoneNumbers.phoneNumberControllerFindAllPaginated({ search: "NIGHT", page: 1, limit: 10, sortOrder: "ASC", sortBy: "createdAt" });
    expect(page.results).to.deep.equal([updated]);
    expect(page.metadata).to.include({ itemsPerPage: 10, totalItems: 1, currentPage: 1, hasNextPage: false });

    expect(await client.phoneNumbers.delete({ id })).to.deep.equal(updated);
    expect((await failure(client.phoneNumbers.get({ id }))).statusCode).to.equal(404);
    expect(await client.phoneNumbers.list()).to.deep.equal([]);
  });

  it("imports the numbers of other carriers", async () => {
    const requests: Vapi.CreatePhoneNumbersRequest[] = [
      { provider: "twilio", number: "+12125551234", twilioAccountSid: "AC1", twilioAuthToken: "token", name: "Own" },
      { provider: "telnyx", number: "+12125551235", credentialId: "credential" },
      { provider: "vonage", number: "+12125551236", credentialId: "credential" },
      { provider: "byo-phone-number", number: "desk7", numberE164CheckEnabled: false, credentialId: "credential" },
    ];
    for (const request of requests) {
      const created = await client.phoneNumbers.create(request);
      expect(created).to.deep.include({ ...request, status: "active" });
      expect(await client.phoneNumbers.get({ id: created.id })).to.deep.equal(created);
    }
    const again = await failure(client.phoneNumbers.create(requests[0]!));
    expect(again.statusCode).to.equal(400);
    expect(JSON.stringify(again.body)).to.contain((await client.phoneNumbers.list()).at(-1)!.id);
    expect(await s.ledger()).to.deep.equal([]);
  });

  it("takes squads through their life", async () => {
    const assistant = await client.assistants.create(receptionist);
    const squad = await client.squads.create({ name: "Front", members: [{ assistantId: assistant.id }, { assistant: { name: "Inline" } }] });
    const other = await client.squads.create({ name: "Back", members: [{ assistantId: assistant.id }] });
    expect((await client.squads.list({ idAny: [squad.id] })).map((item) => item.id)).to.deep.equal([squad.id]);
    expect(await client.squads.list()).to.have.length(2);
    expect((await client.squads.update({ id: squad.id, name: "Fore", members: squad.members })).name).to.equal("Fore");
    const number = await client.phoneNumbers.create({ provider: "vapi", numberDesiredAreaCode: "212", squadId: squad.id });
    expect((await client.phoneNumbers.update({ id: number.id, body: { provider: "vapi", squadId: other.id } })).squadId).to.equal(other.id);
    await client.squads.delete({ id: squad.id });
    expect((await failure(client.squads.get({ id: squad.id }))).statusCode).to.equal(404);
  });

  it("gets its own errors", async () => {
    const noStock = await failure(client.phoneNumbers.create({ provider: "vapi", numberDesiredAreaCode: "999" }));
    expect(noStock.body).to.deep.equal({
      message: "This area code is currently not available. Hint: Try one of 562, 662, 716.", error: "Bad Request", statusCode: 400,
    });
    const seed = { provider: "vapi", number: "+18005551234" } as unknown as Vapi.CreatePhoneNumbersRequest;
    expect((await failure(client.phoneNumbers.create(seed))).body).to.deep.equal({ message: ["property number should not exist"], error: "Bad Request", statusCode: 400 });
    const { id } = await client.assistants.create({ name: "Pinned" });
    await s.control("POST", "/vapi/pins", { assistantId: id });
    const pinned = await failure(client.assistants.delete({ id }));
    expect([pinned.statusCode, (pinned.body as { error: string }).error]).to.deep.equal([409, "assistant_pinned"]);
    expect((await failure(clientOf("second").assistants.get({ id }))).statusCode).to.equal(404);
    const stranger = new VapiClient({ token: "nobody", environment: s.sandbox.env["VAPI_URL"]!, maxRetries: 0 });
    expect((await failure(stranger.assistants.list())).statusCode).to.equal(401);
  });
});
