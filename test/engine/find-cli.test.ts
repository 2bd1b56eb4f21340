import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { CLI_HINT, findCli, openEngine } from "../../src/testing.js";
import { THINGS } from "./lab.js";

describe("finding the CLI", () => {
  let home: string;
  beforeEach(() => (home = fs.mkdtempSync(path.join(os.tmpdir(), "home-"))));
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  /** Something that runs and prints nothing: `true`, under another name. */
  const install = (directory: string, ...names: string[]) => {
    fs.mkdirSync(directory, { recursive: true });
    for (const name of names) fs.copyFileSync("/bin/true", path.join(directory, name));
  };
  const env = (more: NodeJS.ProcessEnv = {}) => ({ PATH: "", PULUMI_HOME: home, ...more });

  before(function () {
    if (!fs.existsSync("/bin/true")) this.skip();
  });

  it("looks where the npm launcher keeps what it downloaded, newest first", () => {
    expect(findCli(env())).to.equal(undefined);
    for (const version of ["3.99.0", "3.260.0"])
      install(path.join(home, "versions", version, "bin"), "pulumi", "pulumi-language-nodejs");
    const more = { PULUMI_VERSION: "3.99.0" };
    expect(findCli(env({ PATH: "/nowhere" }))?.command).to.equal(path.join(home, "versions", "3.260.0", "bin", "pulumi"));
    expect(findCli(env(more))?.command).to.equal(path.join(home, "versions", "3.99.0", "bin", "pulumi"));
  });

  it("prefers PATH, and passes over the launcher's script and a CLI without its Node.js host", () => {
    const [script, lonely, whole] = ["script", "lonely", "whole"].map((name) => path.join(home, name));
    fs.mkdirSync(script ?? "", { recursive: true });
    fs.writeFileSync(path.join(script ?? "", "pulumi"), "#!/usr/bin/env node\n", { mode: 0o755 });
    install(lonely ?? "", "pulumi");
    expect(findCli(env({ PATH: [script, lonely].join(path.delimiter) }))).to.equal(undefined);
    install(whole ?? "", "pulumi", "pulumi-language-nodejs");
    const found = findCli(env({ PATH: [script, whole, lonely].join(path.delimiter) }));
    expect(found?.command).to.equal(path.join(whole ?? "", "pulumi"));
  });

  it("fails by name if the CLI is asked for and not there", () => {
    const open = () => openEngine({ engine: "cli", projectDir: THINGS, backendDir: home, env: env() });
    expect(open).to.throw(CLI_HINT);
    expect(openEngine({ engine: "auto", projectDir: THINGS, backendDir: home, env: env() }).kind).to.equal("embedded");
  });
});
