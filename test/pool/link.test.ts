import { expect } from "chai";
import type { Pool } from "pulumi-telephony/pool";
import { buyOnWiil, makeAgentOnWiil, start, type TestSandbox, zeroUuid } from "../sandbox/helpers.js";
import { onEveryDatabase, refused } from "./databases.js";

onEveryDatabase("linking what a pool gives", (bench) => {
  let s: TestSandbox;
  let pool: Pool;
  beforeEach(async () => {
    s = await start();
    await s.control("POST", "/clock", { rate: 0 });
    const settings = Object.fromEntries(Object.entries(s.sandbox.config).map(([key, value]) => [key.replace("telephony:", ""), value]));
    pool = await bench.connect({ settings: { ...settings, vapiPollInterval: "10ms" } });
  });
  afterEach(() => s.sandbox.close());

  const assistant = async (name: string) => ((await s.vapi("POST", "/assistant", { name })).json as { id: string }).id;
  /** A number on Vapi, in the pool; its id. */
  const number = async (changes: object = {}) => {
    const { id } = (await s.vapi("POST", "/phone-number", { provider: "vapi", numberDesiredAreaCode: "415", ...changes })).json as { id: string };
    await s.advance("10s");
    const bought = (await s.vapi("GET", `/phone-number/${id}`)).json as { number: string };
    await pool.add({ number: bought.number, platform: "vapi", platformId: id });
    return id;
  };
  const assistantOf = async (id: string) => ((await s.vapi("GET", `/phone-number/${id}`)).json as { assistantId?: string }).assistantId;

  it("links in the same call, anew for the same holder, and unlinks when the number comes back", async () => {
    const [one, two, id] = [await assistant("One"), await assistant("Two"), await number()];
    const given = await pool.assign("shop-42", { link: { assistant: one } });
    expect(given).to.deep.include({ platformId: id, link: { assistant: one } });
    expect(await assistantOf(id)).to.equal(one);
    expect(await pool.assign("shop-42", { link: { assistant: two } })).to.deep.include({ number: given.number, link: { assistant: two } });
    expect(await assistantOf(id)).to.equal(two);
    expect(await pool.unassign("shop-42")).to.not.have.property("link");
    expect(await assistantOf(id)).to.equal(undefined);
  });

  it("leaves alone what somebody else has pointed the number at since", async () => {
    const [one, two, id] = [await assistant("One"), await assistant("Two"), await number()];
    await pool.assign("shop-42", { link: { assistant: one } });
    await s.vapi("PATCH", `/phone-number/${id}`, { assistantId: two });
    await pool.unassign("shop-42");
    expect(await assistantOf(id)).to.equal(two);
  });

  it("takes the number back when the platform refuses, and gives the next holder another first", async () => {
    await number();
    await number();
    const { code, message } = await refused(pool.assign("shop-42", { link: { assistant: zeroUuid } }));
    expect(code).to.equal("link-failed");
    expect(message).to.match(/^\+1415\d{7} could not be linked, and went back to the pool: /);
    expect(await pool.stats()).to.include({ available: 2, assigned: 0, cooling: 0 });
    expect((await pool.assign("next")).number).to.not.equal(message.slice(0, 12));
  });

  it("does not steal a number that points elsewhere, unless it is told to", async () => {
    const [mine, theirs] = [await assistant("Mine"), await assistant("Theirs")];
    const id = await number({ assistantId: theirs });
    expect((await refused(pool.assign("shop-42", { link: { assistant: mine } }))).message).to.include("which the pool did not set");
    expect(await assistantOf(id)).to.equal(theirs);
    await pool.assign("shop-42", { link: { assistant: mine }, takeover: true });
    expect(await assistantOf(id)).to.equal(mine);
  });

  it("undoes a link whose answer was lost", async () => {
    const [one, id] = [await assistant("One"), await number()];
    // Five times is as often as a call is tried; the sixth is the one that undoes it.
    await s.control("POST", "/faults", { platform: "vapi", method: "PATCH", kind: "drop-after-commit", times: 5 });
    expect((await refused(pool.assign("shop-42", { link: { assistant: one } }))).message).to.include("went back to the pool");
    expect(await assistantOf(id)).to.equal(undefined);
    expect(await pool.stats()).to.include({ available: 1 });
  });

  it("keeps back a number that may be linked all the same", async () => {
    const [one] = [await assistant("One"), await number()];
    await s.control("POST", "/faults", { platform: "vapi", kind: "status", status: 403, times: 9 });
    const { message } = await refused(pool.assign("shop-42", { link: { assistant: one } }));
    expect(message).to.include("is kept back as reserved");
    expect((await pool.list())[0]).to.include({ status: "reserved" }).and.have.property("reservedFor").that.includes("check its link");
  });

  it("keeps the number assigned when the link can't be taken off", async () => {
    const [one, id] = [await assistant("One"), await number()];
    await pool.assign("shop-42", { link: { assistant: one } });
    await s.control("POST", "/faults", { platform: "vapi", kind: "status", status: 403, times: 9 });
    expect((await refused(pool.unassign("shop-42"))).code).to.equal("unlink-failed");
    await s.control("DELETE", "/faults");
    expect(await pool.list({ holder: "shop-42" })).to.have.length(1);
    expect(await assistantOf(id)).to.equal(one);
  });

  it("draws only from platforms that can link so", async () => {
    const { agent, instruction } = await makeAgentOnWiil(s);
    const wiil = (await buyOnWiil(s, "+12125551234")) as { phoneNumber: string; id: string };
    await number();
    await pool.add({ number: "+12125551234", platform: "wiil", platformId: wiil.id });
    const project = "main";
    expect((await pool.assign("a", { link: { agent, instruction, project, channels: ["voice"] } })).platform).to.equal("wiil");
    expect((await pool.assign("b", { link: { assistant: await assistant("One") } })).platform).to.equal("vapi");
    expect(await refused(pool.assign("c", { link: { callFlow: "x" } }))).to.deep.include({ code: "empty" }).and.have.property("message").that.includes("that can be linked so");
    expect((await refused(pool.assign("d", { link: { agent } }))).message).to.include("instruction and project");
  });
});
