import { expect } from "chai";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Account, accountsFrom } from "../../src/cli/accounts.js";

const lines = (accounts: Account[]) => accounts.map(({ platform, name, from }) => `${platform} ${name}: ${from}`);

describe("accounts of the command line", () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "accounts-")), "emea.env");
  const dev = { project: "shop", stack: "dev", config: { wiilApiKey: "key-dev", vapiUrl: "https://vapi.test" }, providers: [{ name: "emea", config: { wiilApiKey: "key-emea" } }] };

  it("come from the environment, stacks, providers and files, each of them once", () => {
    writeFileSync(file, "# the other half\nWIIL_API_KEY='key-emea'\nexport BURKI_API_KEY=key-burki\n");
    const accounts = accountsFrom({ env: { VAPI_API_KEY: "key-vapi", WIIL_API_KEY: "key-env\n" }, stacks: [dev, { ...dev, stack: "prod" }], files: [`eu=${file}`] });
    expect(lines(accounts)).to.deep.equal([
      "vapi default: VAPI_API_KEY",
      "wiil default: WIIL_API_KEY",
      "wiil dev: telephony:wiilApiKey of stack dev", // what the environment hides in a run of the stack
      "wiil emea: provider emea of stack dev",
      `burki eu: ${file}`, // its WIIL key is the provider's
    ]);
    // The environment's key goes where the stack sends it; a provider never takes a key from there.
    expect(accounts[0]!.settings.get("vapiUrl")).to.equal("https://vapi.test");
    expect(accounts[3]!.settings.get("vapiApiKey")).to.equal(undefined);
    expect(new Set(accounts.map((account) => account.open().account)).size).to.equal(5);
  });

  it("tells stacks of the same name apart, and lists a key that can't be one", () => {
    const accounts = accountsFrom({ env: { VAPI_API_KEY: "ключ" }, stacks: [dev, { ...dev, project: "crm", config: { wiilApiKey: "key-crm" } }] });
    expect(lines(accounts)).to.deep.equal([
      "vapi default: VAPI_API_KEY",
      "wiil default: telephony:wiilApiKey of stack shop/dev",
      "wiil crm/dev: telephony:wiilApiKey of stack crm/dev",
      "wiil emea: provider emea of stack shop/dev",
    ]);
    expect(() => accounts[0]!.open()).to.throw("vapiApiKey holds a character that no key has").and.not.match(/ключ/);
  });

  it("says what is wrong with --account", () => {
    const given = (text: string) => () => accountsFrom({ env: {}, files: [text] });
    expect(given("emea.env")).to.throw("expected NAME=FILE, for example --account emea=emea.env");
    expect(given("emea=/nowhere/emea.env")).to.throw("--account emea: /nowhere/emea.env can't be read (ENOENT)");
    writeFileSync(file, "WIIL_KEY=secret\n");
    expect(given(`emea=${file}`)).to.throw("there is no key in").and.match(/VAPI_API_KEY=… or .*WIIL_API_KEY=…/).and.not.match(/secret/);
  });
});
