import { expect } from "chai";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Check } from "../../src/cli/doctor/check.js";
import type { DoctorReport } from "../../src/cli/doctor/doctor.js";
import { openCrypter } from "../../src/engine/secrets.js";
import { start, type TestSandbox } from "../sandbox/helpers.js";
import { killAll, root, telephony } from "./helpers.js";
import { startProxy } from "./proxy.js";

/** Nothing of whoever runs the tests, and no CLI that happens to be here. */
const empty = realpathSync(mkdtempSync(path.join(tmpdir(), "doctor-")));
const NOTHING = {
  ...{ VAPI_API_KEY: undefined, WIIL_API_KEY: undefined, VOIPBIN_ACCESS_KEY: undefined, BURKI_API_KEY: undefined, COLUMNS: undefined },
  ...{ PULUMI_BACKEND_URL: undefined, PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined, PULUMI_HOME: empty, PATH: empty },
};

async function doctor(args: string[], env: Record<string, string | undefined>) {
  const child = telephony(["doctor", ...args, "--json"], { ...NOTHING, ...env });
  const code = await child.exited;
  expect(child.stderr()).to.equal("");
  expect(child.stdout().trim().split("\n")).to.have.length(1);
  const { ok, sections } = JSON.parse(child.stdout()) as DoctorReport;
  expect(ok).to.equal(code === 0);
  const find = (title: string, subject: string): Check | undefined => sections.find((section) => section.title.startsWith(title))?.checks.find((check) => check.subject === subject);
  return { code, find, text: child.stdout(), titles: sections.map(({ title }) => title) };
}

describe("telephony doctor", () => {
  let s: TestSandbox;
  before(async () => void (s = await start()));
  after(async () => {
    await s.sandbox.close();
    rmSync(empty, { recursive: true });
  });
  afterEach(killAll);

  it("examines each account: key, address, clock and balance", async () => {
    await s.control("POST", "/accounts", { platform: "voipbin", key: s.sandbox.env["VOIPBIN_ACCESS_KEY"], balance: "4.99" });
    const slow = await startProxy(s.sandbox.env["VAPI_URL"]!, (answer) => ({ ...answer, headers: { ...answer.headers, date: new Date(Date.now() - 600_000).toUTCString() } }));
    const file = path.join(empty, "emea.env");
    writeFileSync(file, "WIIL_API_KEY=wiil_proj_of_nobody\n");
    try {
      const { code, find, text, titles } = await doctor(["--cwd", empty, "--account", `emea=${file}`], { ...s.sandbox.env, VAPI_URL: slow.url, BURKI_URL: "ftp://burki" });
      expect(code).to.equal(1);
      expect(titles.slice(2)).to.deep.equal(["Vapi, key from VAPI_API_KEY", "WIIL, key from WIIL_API_KEY", "VoIPBIN, key from VOIPBIN_ACCESS_KEY", "Burki, key from BURKI_API_KEY", `WIIL, account emea, key from ${file}`]);
      expect(find("VoIPBIN", "key")).to.deep.equal({ level: "ok", subject: "key", text: "accepted, and may read numbers" });
      expect(find("VoIPBIN", "balance")?.text).to.equal("USD 4.99");
      expect(find("VoIPBIN", "clock")?.text).to.equal("agrees with the platform's");
      expect(find("WIIL, key", "balance")?.text).to.equal("unknown: WIIL has no call for it");
      expect(find("WIIL, key", "address")?.text).to.equal(`${s.sandbox.env["WIIL_URL"]} (not WIIL's own)`);
      expect(find("Vapi", "clock")).to.include({ level: "warning" });
      expect(find("Vapi", "clock")?.text).to.match(/^this machine is 10m(\ds)? ahead of the platform$/);
      expect(find("WIIL, account emea", "key")).to.include({ level: "failure" });
      expect(find("WIIL, account emea", "key")?.text).to.include("401");
      expect(find("WIIL, account emea", "key")?.remedy).to.match(/^Check the WIIL key/);
      expect(find("Burki", "settings")?.text).to.include("burkiUrl (BURKI_URL): expected an address such as https://api.burki.dev");
      for (const key of [...s.sandbox.accounts.map((account) => account.key), "wiil_proj_of_nobody"]) expect(text).not.to.include(key);
    } finally {
      await slow.close();
    }
  });

  it("warns before nothing can be bought, and says which right a key lacks", async () => {
    await s.control("POST", "/accounts", { platform: "voipbin", key: "poor", account: "poor", balance: "0.00" });
    await s.control("POST", "/settings", { voipbin: { billing: "balance" } });
    const poor = await doctor(["--cwd", empty, "--platform", "voipbin"], { ...s.sandbox.env, VOIPBIN_ACCESS_KEY: "poor" });
    expect(poor.code).to.equal(0);
    expect(poor.find("VoIPBIN", "balance")).to.include({ level: "warning", text: "USD 0.00" });
    await s.control("POST", "/accounts", { platform: "voipbin", key: "agent", account: "agent", permission: "agent" });
    const agent = await doctor(["--cwd", empty, "--platform", "voipbin"], { ...s.sandbox.env, VOIPBIN_ACCESS_KEY: "agent" });
    expect(agent.code).to.equal(1);
    expect(agent.find("VoIPBIN", "key")?.text).to.match(/403/);
    expect(agent.find("VoIPBIN", "key")?.remedy).to.match(/^Check what the VoIPBIN key may do/);
  });

  it("examines machine and project, and says what to do about each thing", async () => {
    const project = path.join(empty, "shop");
    const modules = path.join(project, "node_modules");
    const backend = path.join(empty, "state");
    mkdirSync(path.join(modules, "@pulumi", "pulumi"), { recursive: true });
    writeFileSync(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(path.join(project, "Pulumi.dev.yaml"), `encryptionsalt: ${(await openCrypter("right")).salt}\n`);
    const bare = await doctor(["--cwd", project], { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "wrong" });
    expect(bare.code).to.equal(1);
    expect(bare.titles).to.deep.equal(["This machine", `Project shop in ${project}`, "Accounts"]);
    expect(bare.find("This machine", "Node.js")).to.deep.equal({ level: "ok", subject: "Node.js", text: process.version.slice(1) });
    expect(bare.find("This machine", "Pulumi CLI")).to.include({ level: "warning" });
    expect(bare.find("Project", "package")).to.include({ level: "failure", remedy: "Make it a dependency of the project, and run npm install there" });
    expect(bare.find("Project", "SDK")).to.include({ level: "failure" });
    expect(bare.find("Project", "backend")).to.include({ level: "failure", text: `${backend} does not exist` });
    expect(bare.find("Project", "secrets")?.text).to.equal("of stack dev can't be opened: incorrect passphrase");
    expect(bare.find("Accounts", "key")).to.include({ level: "warning", text: "there is no key for any platform" });
    expect(bare.find("Accounts", "key")?.remedy).to.match(/^Set VAPI_API_KEY, /);

    // The package beside a copy of the SDK that isn't its own.
    mkdirSync(backend);
    cpSync(path.join(root, "node_modules", "@pulumi", "pulumi", "package.json"), path.join(modules, "@pulumi", "pulumi", "package.json"));
    symlinkSync(root, path.join(modules, "pulumi-telephony"));
    const better = await doctor(["--cwd", project], { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "right" });
    expect(better.code, better.text).to.equal(0);
    expect(better.find("Project", "package")?.text).to.match(/^pulumi-telephony \d+\.\d+\.\d+$/);
    expect(better.find("Project", "SDK")?.text).to.match(/^there are two copies of @pulumi\/pulumi: /);
    expect(better.find("Project", "backend")).to.include({ level: "ok" });
    expect(better.find("Project", "secrets")?.text).to.equal("of stack dev: the passphrase is right");
  });
});
