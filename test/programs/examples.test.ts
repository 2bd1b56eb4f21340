/** Examples that no platform's own tests run: what they promise, from the first `up` to the last `destroy`. */
import { expect } from "chai";
import { errorsOf, onEveryEngine } from "./bench.js";

onEveryEngine("the examples that span countries, accounts and teams", (bench) => {
  const burki = async <T>(path: string) => {
    const response = await fetch(`${bench.sandbox.env["BURKI_URL"]}/api/v1${path}`, { headers: { authorization: `Bearer ${bench.sandbox.env["BURKI_API_KEY"]}` } });
    return (await response.json()) as T;
  };

  it("support-lines: in each country a number, a flow, and the assistant that leads it", async () => {
    const up = await bench.example("support-lines").up();
    expect(up.ok, errorsOf(up)).to.be.true;
    const lines = up.outputs["lines"] as Record<string, { number: string; monthlyPrice: { amount: string } }>;
    expect(lines["DE"]!.number).to.match(/^\+49/);
    expect(lines["GB"]!.number).to.match(/^\+44/);
    expect(lines["US"]!.number).to.match(/^\+1/);

    const assistants = await burki<{ id: number; name: string }[]>("/assistants");
    const flows = await burki<{ id: number; name: string; base_assistant_id: number }[]>("/flows");
    for (const flow of flows) expect(assistants.find(({ id }) => id === flow.base_assistant_id)?.name).to.match(new RegExp(`^${flow.name.slice(0, 10)}`));
    expect(assistants).to.have.length(3); // and none that Burki made for a flow

    // A country less.
    const fewer = await bench.example("support-lines", { countries: '["US","DE"]' }).up();
    expect(fewer.ok, errorsOf(fewer)).to.be.true;
    expect((await bench.ledger("release")).map(({ number }) => number)).to.deep.equal([lines["GB"]!.number]);
    const gone = await bench.example("support-lines", { countries: '["US","DE"]' }).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await burki("/assistants")).to.deep.equal([]);
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("two-accounts: each number in its own account", async () => {
    await bench.control("accounts", { platform: "voipbin", account: "north", key: "north-key", balance: "100.00" });
    await bench.control("accounts", { platform: "voipbin", account: "south", key: "south-key", balance: "100.00" });
    const config = { northKey: { value: "north-key", secret: true as const }, southKey: { value: "south-key", secret: true as const } };
    const up = await bench.example("two-accounts", config).up();
    expect(up.ok, errorsOf(up)).to.be.true;
    const numbers = up.outputs["numbers"] as Record<string, string>;
    expect(Object.fromEntries((await bench.owned()).map(({ account, number }) => [account, number]))).to.deep.equal(numbers);
    const gone = await bench.example("two-accounts", config).destroy();
    expect(gone.ok, errorsOf(gone)).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });

  it("migration: takes over what was bought by hand, buys nothing, and lets nothing go", async () => {
    const { url, env } = bench.sandbox;
    const [number, other] = ["+18005551234", "+15551234567"];
    await fetch(`${env["VOIPBIN_URL"]}/numbers?accesskey=${env["VOIPBIN_ACCESS_KEY"]}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ number, type: "normal", name: "by hand" }) });
    expect((await bench.ledger("purchase")).map((line) => line.number), url).to.deep.equal([number]);
    const config = (value: string) => ({ numbers: JSON.stringify({ hotline: { platform: "voipbin", number: value } }) });
    const up = await bench.example("migration", config(number)).up();
    expect(up.ok, errorsOf(up)).to.be.true;
    expect(up.outputs["numbers"]).to.deep.equal({ hotline: "active" });
    const refused = await bench.example("migration", { numbers: JSON.stringify({ ...JSON.parse(config(number).numbers), other: { platform: "voipbin", number: other } }) }).up();
    expect(errorsOf(refused)).to.match(/more than maxMonthlyPrice/);
    expect((await bench.example("migration", config(number)).destroy()).ok).to.be.false; // deletionProtection
    expect((await bench.ledger()).map(({ kind }) => kind)).to.deep.equal(["purchase"]);
  });

  it("component: a team says what callers hear, and gets a line", async () => {
    const up = await bench.example("component").up();
    expect(up.ok, errorsOf(up)).to.be.true;
    expect((await bench.owned()).map(({ number }) => number).sort()).to.deep.equal([up.outputs["billing"], up.outputs["shipping"]].sort());
    expect((await bench.example("component").destroy()).ok).to.be.true;
    expect(await bench.owned()).to.deep.equal([]);
  });
});
