import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { onEveryEngine, type Program } from "./bench.js";

const shop = (change: { greeting?: string; name?: string } = {}): Program => async () => {
  const ivr = new telephony.CallFlow("ivr", {
    platform: "voipbin",
    name: "Hotline menu",
    actions: [{ type: "answer" }, { type: "talk", option: { text: change.greeting ?? "Welcome", language: "en-US" } }, { type: "queue_join", option: { queue_id: "c9a2f0de-5a3a-4b6e-9d38-6f1f0b7a2c11" } }],
  });
  const autoReply = new telephony.CallFlow("auto-reply", { platform: "voipbin", actions: [{ type: "message_send", option: { text: "We're open Mon-Fri 9-5" } }] });
  const hotline = new telephony.PhoneNumber("hotline", { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: change.name ?? "Hotline" });
  new telephony.CallFlowBinding("hotline-flows", { phoneNumber: hotline, callFlow: ivr.id, messageFlow: autoReply.id });
  const lab = new telephony.PhoneNumber("lab", { platform: "voipbin", search: { type: "virtual" } });
  const support = new telephony.PhoneNumber(
    "support",
    { platform: "wiil", number: "+12125551234", name: "Customer Support Line", carrier: "signalwire", type: "local" },
    { customTimeouts: { create: "5m" } },
  );
  return Promise.resolve({
    hotline: hotline.number,
    hotlineType: hotline.type,
    price: hotline.monthlyPrice,
    lab: lab.number,
    labCountry: lab.country,
    support: support.number,
    status: support.status,
    carrier: support.carrier,
    voice: support.channels.voice,
    sms: support.channels.sms,
    purchasedAt: support.purchasedAt,
    purchaseId: support.purchaseId,
    platformId: support.platformId,
    candidates: hotline.candidates,
  });
};

onEveryEngine("the program of the README", (bench) => {
  it("goes through preview, up, no change, change, drift, refresh and destroy, and buys each number once", async () => {
    const preview = await bench.engine(shop()).preview();
    expect(preview.ok).to.be.true;
    expect(preview.summary.create).to.equal(10);
    expect(await bench.ledger()).to.deep.equal([]);

    const up = await bench.apply(shop());
    expect(up.summary.create).to.equal(10);
    const outputs = up.outputs as Record<string, string>;
    expect(outputs).to.include({ hotline: "+18005551234", hotlineType: "toll-free", support: "+12125551234", status: "active", carrier: "signalwire" });
    expect(outputs["lab"]).to.match(/^\+899\d{9}$/);
    expect(outputs["price"]).to.deep.equal({ amount: "5.00", currency: "USD" });
    expect(outputs["voice"]).to.be.a("string").that.is.not.equal(outputs["sms"]);
    expect(outputs["purchasedAt"]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(outputs["candidates"]).to.have.length(10);
    const statuses = bench.events.filter((e) => e.kind === "diagnostic" && e.ephemeral && /purchase of \+12125551234/.test(e.message));
    expect(statuses, "the live row shows the purchase while it is polled").to.not.be.empty;
    expect((await bench.ledger()).map((l) => `${l.kind} ${l.platform} ${l.amount}`).sort()).to.deep.equal(["purchase voipbin 0.00", "purchase voipbin 5.00", "purchase wiil 1.50"]);

    const again = await bench.apply(shop());
    expect(again.steps).to.deep.equal([]);

    const changed = await bench.apply(shop({ greeting: "Good morning", name: "Hotline US" }));
    expect(changed.summary.update).to.equal(2);
    expect((await bench.owned()).find((n) => n.number === "+18005551234")?.name).to.equal("Hotline US");

    // Drift: somebody renames the hotline in the dashboard and takes its call flow away.
    const { VOIPBIN_URL: url, VOIPBIN_ACCESS_KEY: key } = bench.sandbox.env;
    const id = (await bench.owned()).find((n) => n.number === "+18005551234")!.id;
    const zero = "00000000-0000-0000-0000-000000000000";
    const put = (path: string, body: unknown) => fetch(`${url}${path}?accesskey=${key}`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    await put(`/numbers/${id}`, { name: "by hand" });
    await put(`/numbers/${id}/flow_ids`, { call_flow_id: zero });
    const quiet = shop({ greeting: "Good morning", name: "Hotline US" });
    expect((await bench.engine(quiet).refresh()).ok).to.be.true;
    const seen = await bench.engine(quiet).preview();
    expect(seen.steps.map((s) => `${s.op} ${s.name} ${s.diff?.join()}`).sort()).to.deep.equal(["update hotline name", "update hotline-flows callFlow"]);
    await bench.apply(quiet);
    expect((await bench.apply(quiet)).steps).to.deep.equal([]);

    const destroy = await bench.engine(quiet).destroy();
    expect(destroy.ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
    const ledger = await bench.ledger();
    for (const number of [outputs["hotline"], outputs["lab"], outputs["support"]]) {
      expect(ledger.filter((l) => l.number === number).map((l) => l.kind), number).to.deep.equal(["purchase", "release"]);
    }
    expect((await bench.engine(quiet).exportState()).deployment.resources ?? []).to.deep.equal([]);
  });
});
