/**
 * What users get: the packed package, installed into an empty project by npm and by pnpm, and a program that runs there. Slow: it
 * installs from the registry. Skip it with `SKIP_PACKAGE_TESTS=1`.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";

const root = path.join(__dirname, "..", "..");
const { version, typesVersions: withTypesVersions } = createRequire(__filename)(path.join(root, "package.json")) as { version: string; typesVersions?: object };
const PULUMI = (createRequire(__filename)("@pulumi/pulumi/package.json") as { version: string }).version;

/** How many resources the programs in project/ make, the stack itself among them. */
const TS_RESOURCES = 11;
const ESM_RESOURCES = 10;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end; no user's or test's settings of npm, TypeScript or the platforms go with it. */
function run(command: string, args: string[], cwd: string): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(npm_|TS_NODE|WIIL_|VOIPBIN_|PULUMI_|NODE_OPTIONS|NODE_PATH)/.test(key)));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...env, npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false" } });
    const ended: Ended = { code: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
    child.once("error", reject).once("close", (code) => resolve({ ...ended, code }));
  });
}

async function must(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  expect(code, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`).to.equal(0);
  return stdout;
}

interface Life {
  [operation: string]: { ok: boolean; summary: Record<string, number>; outputs: Record<string, unknown>; errors: string[] };
}

interface Result {
  life: Life;
  ledger: { platform: string; kind: string; number: string }[];
}

/** preview → up → preview → destroy, by what is installed in the project. */
async function live(project: string, program: string): Promise<Result> {
  const stdout = await must(process.execPath, ["run.mjs", path.join(project, program)], project);
  const { ledger, ...life } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Life & Result;
  return { life, ledger };
}

function expectFullLife({ life, ledger }: Result, resources: number): void {
  for (const what of ["preview", "up", "again", "destroy"]) expect(life[what]?.ok, `${what}: ${JSON.stringify(life[what]?.errors)}`).to.be.true;
  expect(life["up"]!.summary).to.deep.equal({ create: resources });
  expect(life["again"]!.summary).to.deep.equal({ same: resources });
  expect(life["destroy"]!.summary).to.deep.equal({ delete: resources });
  expect(life["up"]!.outputs["hotlineNumber"]).to.match(/^\+18/);
  expect(life["up"]!.outputs["labNumber"]).to.match(/^\+899\d{9}$/);
  expect(life["up"]!.outputs["voiceChannel"]).to.be.a("string");
  expect(life["up"]!.outputs["regions"]).to.be.greaterThan(0);
  const counts = new Map<string, string[]>();
  for (const { number, kind } of ledger) counts.set(number, [...(counts.get(number) ?? []), kind]);
  expect([...counts.values()]).to.deep.equal(Array.from({ length: 3 }, () => ["purchase", "release"]));
}

/** An empty project with our two programs, and nothing installed. */
function emptyProject(directory: string): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, "package.json"), JSON.stringify({ name: "shop", private: true }));
  cpSync(path.join(__dirname, "project", "run.mjs"), path.join(directory, "run.mjs"));
  const programs = { ts: ["index.ts", {}], esm: ["index.mjs", { type: "module", main: "index.mjs" }] } as const;
  for (const [name, [file, manifest]] of Object.entries(programs)) {
    mkdirSync(path.join(directory, name));
    cpSync(path.join(__dirname, "project", file), path.join(directory, name, file));
    writeFileSync(path.join(directory, name, "package.json"), JSON.stringify({ name, private: true, ...manifest }));
    // What `pulumi new typescript` writes; skipLibCheck is not in it.
    const compilerOptions = { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node", sourceMap: true, forceConsistentCasingInFileNames: true };
    if (name === "ts") writeFileSync(path.join(directory, name, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
    writeFileSync(path.join(directory, name, "Pulumi.yaml"), `name: installed-${name}\nruntime: nodejs\n`);
  }
  return directory;
}

describe("the package, installed", function () {
  this.timeout(180_000);
  let work: string;
  let tarball: string;
  let npmProject: string;
  let files: string[];

  before(async function () {
    if (process.env["SKIP_PACKAGE_TESTS"]) this.skip();
    work = mkdtempSync(path.join(tmpdir(), "telephony-package-"));
    // dist/ is up to date: test/setup.ts has seen to it.
    const [packed] = JSON.parse(await must("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", work], root)) as { filename: string; files: { path: string }[] }[];
    tarball = path.join(work, packed!.filename);
    files = packed!.files.map((f) => f.path);
    npmProject = emptyProject(path.join(work, "by-npm"));
    await must("npm", ["install", "--prefer-offline", tarball, `@pulumi/pulumi@${PULUMI}`], npmProject);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it("holds the build and the examples, and nothing of tests, sources or settings", () => {
    expect(path.basename(tarball)).to.equal(`pulumi-telephony-${version}.tgz`);
    expect(files).to.include.members(["package.json", "dist/index.js", "dist/index.d.ts", "dist/testing.js", "dist/pool/index.js", "dist/provider/index.js", "dist/cli/main.js", "examples/quickstart/index.ts"]);
    expect(files.filter((f) => !/^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts)|examples\/.+)$/.test(f))).to.deep.equal([]);
    expect(files.filter((f) => /(^|\/)(test|node_modules|\.(?!github\/))[^/]*\//.test(f) || /\.test\./.test(f) || /Pulumi\..+\.yaml$/.test(f))).to.deep.equal([]);
    const installed = path.join(npmProject, "node_modules", "pulumi-telephony");
    for (const file of files.filter((f) => f.endsWith(".js"))) expect(readFileSync(path.join(installed, file), "utf8"), file).not.to.include("sourceMappingURL");
  });

  it("has one copy of Pulumi's SDK and of gRPC in a project", async () => {
    const [sdks, grpcs] = await Promise.all(["@pulumi/pulumi", "@grpc/grpc-js"].map((name) => must("npm", ["ls", "--all", "--parseable", name], npmProject)));
    expect(new Set(sdks!.trim().split("\n").filter((l) => l.endsWith("@pulumi/pulumi")))).to.have.property("size", 1);
    expect(new Set(grpcs!.trim().split("\n").filter((l) => l.endsWith("@grpc/grpc-js")))).to.have.property("size", 1);
  });

  it("is required and imported, whole and by its subpaths", async () => {
    const names = "['Assistant','CallFlow','CallFlowBinding','NumberPool','NumberSearch','PhoneNumber','PhoneNumberLink','Provider','getPhoneNumber','getPrices','getRegions','monthlyCost','searchNumbers']";
    await must(process.execPath, ["-e", `
      const assert = require("node:assert");
      assert.deepStrictEqual(Object.keys(require("pulumi-telephony")).sort(), ${names}.sort());
      // Whatever the engine side needs, and the heavy parts of Pulumi's SDK, come when they are used.
      assert.deepStrictEqual(Object.keys(require.cache).filter((file) => /node_modules.(zod|undici|libphonenumber-js|typescript|@npmcli|execa)\\b|dist.(platforms|http)\\b/.test(file)), []);
      const provider = require("pulumi-telephony/provider");
      assert.deepStrictEqual(Object.keys(provider).sort(), ["check", "configure", "create", "delete", "diff", "read", "update"]);
      assert.strictEqual(typeof require("pulumi-telephony/testing").startSandbox, "function");
      const pool = require("pulumi-telephony/pool");
      assert.deepStrictEqual(Object.keys(pool).sort(), ["Pool", "PoolError", "SIGNATURE_HEADER", "verifyWebhook"]);
      assert.strictEqual(typeof pool.Pool.connect, "function");
      assert.strictEqual(require("pulumi-telephony/package.json").name, "pulumi-telephony");
      assert.throws(() => require("pulumi-telephony/dist/index.js"), /ERR_PACKAGE_PATH_NOT_EXPORTED|not defined by "exports"/);
    `], npmProject);
    await must(process.execPath, ["--input-type=module", "-e", `
      import assert from "node:assert";
      import { PhoneNumber, CallFlow, CallFlowBinding, NumberSearch, Provider, searchNumbers } from "pulumi-telephony";
      import { startSandbox, openEngine } from "pulumi-telephony/testing";
      for (const it of [PhoneNumber, CallFlow, CallFlowBinding, NumberSearch, Provider, searchNumbers, startSandbox, openEngine]) assert.strictEqual(typeof it, "function");
    `], npmProject);
  });

  it("has a command line that runs", async () => {
    const bin = path.join(npmProject, "node_modules", ".bin", "telephony");
    const help = await must(bin, ["--help"], npmProject);
    for (const command of ["sandbox", "demo"]) expect(help).to.include(command);
    expect(await must(bin, ["sandbox", "--help"], npmProject)).to.match(/--port[^]*--data/);
  });

  it("runs an ES module program: preview, up, destroy", async () => expectFullLife(await live(npmProject, "esm"), ESM_RESOURCES));

  it("is checked, too, by the TypeScript 3.8 that Pulumi brings along", async () => {
    const program = readFileSync(path.join(npmProject, "ts", "index.ts"), "utf8");
    const wrong = path.join(npmProject, "wrong");
    cpSync(path.join(npmProject, "ts"), wrong, { recursive: true });
    writeFileSync(path.join(wrong, "index.ts"), program.replace('type: "toll-free"', 'type: "toll-freeze"'));
    const { life } = await live(npmProject, "wrong");
    expect(life["preview"]!.ok).to.be.false;
    expect(life["preview"]!.errors.join("\n")).to.match(/toll-freeze/);
  });

  it("runs a TypeScript program with the TypeScript 3.8 that Pulumi brings along", async () => {
    expect(readdirSync(path.join(npmProject, "node_modules"))).not.to.include("typescript");
    expectFullLife(await live(npmProject, "ts"), TS_RESOURCES);
  });

  describe("with a TypeScript of one's own", () => {
    before(() => must("npm", ["install", "--prefer-offline", "--no-save", "typescript@5", "@types/node@20", tarball, `@pulumi/pulumi@${PULUMI}`], npmProject));

    const testing = `
          import { openEngine, startSandbox, type Engine, type Sandbox } from "pulumi-telephony/testing";
          export const engine: (options: Parameters<typeof openEngine>[0]) => Engine = openEngine;
          export const sandbox: () => Promise<Sandbox> = startSandbox;`;
    for (const [moduleResolution, module] of [["node", "commonjs"], ["nodenext", "nodenext"], ["bundler", "esnext"]]) {
      it(`resolves its types under moduleResolution ${moduleResolution}, checked to the last library file`, async () => {
        const compilerOptions = { module, moduleResolution, target: "es2022", strict: true, noEmit: true, skipLibCheck: false, types: ["node"], ignoreDeprecations: "5.0" };
        const file = `tsconfig.${moduleResolution}.json`;
        writeFileSync(path.join(npmProject, `uses-${moduleResolution}.ts`), `
          import * as telephony from "pulumi-telephony";
          import type { PhoneNumberArgs, Candidate } from "pulumi-telephony";
          export const args: PhoneNumberArgs = { platform: "wiil", number: "+12125551234" };
          export const line = new telephony.PhoneNumber("line", args);
          export const digits: import("@pulumi/pulumi").Output<string> = line.number;
          // @ts-expect-error a platform that there is none of
          export const wrong: PhoneNumberArgs = { platform: "nowhere" };
          export const found: Promise<Candidate[]> = telephony.searchNumbers({ platform: "wiil", areaCode: "212" });
          ${moduleResolution === "node" && !withTypesVersions ? "" : testing}
        `);
        writeFileSync(path.join(npmProject, file), JSON.stringify({ compilerOptions, files: [`uses-${moduleResolution}.ts`] }));
        const { stdout } = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", file], npmProject);
        // Of other packages' own mistakes none is ours to answer for.
        expect(stdout.split("\n").filter((line) => /error TS/.test(line) && !/^node_modules\/(?!pulumi-telephony\/)/.test(line))).to.deep.equal([]);
      });
    }

    if (!withTypesVersions) it('resolves the types of "pulumi-telephony/testing" under moduleResolution node (wants "typesVersions" in package.json)');

    it("runs a TypeScript program", async () => expectFullLife(await live(npmProject, "ts"), TS_RESOURCES));
  });

  describe("by pnpm, where nothing is found that isn't a dependency", () => {
    let project: string;
    before(async function () {
      const pnpm = ["--yes", "pnpm@9"];
      if ((await run("npx", [...pnpm, "--version"], work)).code !== 0) {
        console.log("    skipped: pnpm can't be had; npm install --global pnpm@9, or let npx reach the registry");
        this.skip();
      }
      project = emptyProject(path.join(work, "by-pnpm"));
      await must("npx", [...pnpm, "add", "--prefer-offline", tarball, `@pulumi/pulumi@${PULUMI}`, "typescript@5"], project);
    });
    it("runs a TypeScript program", async () => expectFullLife(await live(project, "ts"), TS_RESOURCES));
    it("runs an ES module program", async () => expectFullLife(await live(project, "esm"), ESM_RESOURCES));
  });
});
