import { execFile, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/analyzer_pb";
import { expect } from "chai";
import structPb from "google-protobuf/google/protobuf/struct_pb";
import { CLI_HINT, findCli, openEngine, startSandbox, type ResourceState, type Sandbox } from "pulumi-telephony/testing";

const root = path.join(__dirname, "..", "..");
const project = path.join(__dirname, "project");
const pack = path.join(root, "examples", "policy-pack");

/** What the pack refuses of the project, as "policy name". The budget is the whole stack's. */
const STACK = "telephony-budget policed-prod";
const REFUSED = [
  ...[ "telephony-countries french", "telephony-countries french-search", "telephony-linked french", "telephony-linked vapi"],
  ...["telephony-no-takeover taken", "telephony-no-takeover taken-flow", "telephony-protection french", "telephony-protection taken", "telephony-protection vapi"],
  ...["telephony-types taken", "telephony-types taken-search", "telephony-unknown-prices vapi"],
];
/** The pack's own configuration goes before what its code asks for. */
const CONFIG = { "telephony-budget": { monthlyBudget: "14.00 USD" }, "telephony-types": { types: ["local"], enforcementLevel: "advisory" } };

/** The pack's analyzer as Pulumi starts it, spoken to over its own protocol. */
class Analyzer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  static async start(): Promise<Analyzer> {
    const run = path.join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
    const child = spawn(process.execPath, [run, "127.0.0.1:1", pack], { cwd: pack, env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true" }, stdio: ["ignore", "pipe", "inherit"] });
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
      child.once("exit", (code) => reject(new Error(`the policy pack ended with ${code}`)));
    });
    return new Analyzer(child, new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()));
  }

  stop(): void {
    this.client.close();
    this.process.kill();
  }

  configure(config: Record<string, Record<string, unknown>>): Promise<unknown> {
    const request = new pb.ConfigureAnalyzerRequest();
    for (const [name, { enforcementLevel = "mandatory", ...properties }] of Object.entries(config)) {
      const one = new pb.PolicyConfig();
      one.setEnforcementlevel(enforcementLevel === "advisory" ? pb.EnforcementLevel.ADVISORY : pb.EnforcementLevel.MANDATORY);
      one.setProperties(structPb.Struct.fromJavaScript(properties as Record<string, structPb.JavaScriptValue>));
      request.getPolicyconfigMap().set(name, one);
    }
    return new Promise((resolve, reject) => this.client.configure(request, (error: Error | null, response: unknown) => (error ? reject(error) : resolve(response))));
  }

  /** What it reports of one resource after the other, and then of the stack. */
  async judge(resources: readonly ResourceState[]): Promise<pb.AnalyzeDiagnostic[]> {
    const found: pb.AnalyzeDiagnostic[] = [];
    const nameOf = (urn: string) => urn.split("::").pop()!;
    const options = ({ protect = false }: ResourceState) => {
      const all = new pb.AnalyzerResourceOptions();
      all.setProtect(protect);
      return all;
    };
    const properties = (of: Record<string, unknown> = {}) => structPb.Struct.fromJavaScript(of as Record<string, structPb.JavaScriptValue>);
    for (const resource of resources) {
      const request = new pb.AnalyzeRequest();
      request.setType(resource.type);
      request.setUrn(resource.urn);
      request.setName(nameOf(resource.urn));
      request.setProperties(properties(resource.inputs));
      request.setOptions(options(resource));
      const response = await new Promise<pb.AnalyzeResponse>((resolve, reject) => this.client.analyze(request, (error, answer) => (error ? reject(error) : resolve(answer))));
      for (const diagnostic of response.getDiagnosticsList()) {
        diagnostic.setUrn(resource.urn);
        found.push(diagnostic);
      }
    }
    const request = new pb.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const one = new pb.AnalyzerResource();
        one.setType(resource.type);
        one.setUrn(resource.urn);
        one.setName(nameOf(resource.urn));
        one.setProperties(properties(resource.outputs));
        one.setOptions(options(resource));
        one.setDependenciesList(resource.dependencies ?? []);
        for (const [key, urns] of Object.entries(resource.propertyDependencies ?? {})) {
          const on = new pb.AnalyzerPropertyDependencies();
          on.setUrnsList(urns);
          one.getPropertydependenciesMap().set(key, on);
        }
        return one;
      }),
    );
    const response = await new Promise<pb.AnalyzeResponse>((resolve, reject) => this.client.analyzeStack(request, (error, answer) => (error ? reject(error) : resolve(answer))));
    return [...found, ...response.getDiagnosticsList()];
  }
}

describe("the policy pack", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let backend: string;
  before(async () => {
    sandbox = await startSandbox({ purchaseMs: 50 });
    backend = fs.mkdtempSync(path.join(tmpdir(), "telephony-policy-"));
  });
  after(async () => {
    await sandbox.close();
    fs.rmSync(backend, { recursive: true, force: true });
  });

  it("refuses what it is to refuse, and nothing else, over Pulumi's own protocol", async () => {
    const engine = openEngine({ engine: "embedded", projectDir: project, stack: "prod", backendDir: path.join(backend, "embedded"), passphrase: "x", env: sandbox.env });
    const up = await engine.up();
    expect(up.ok, JSON.stringify(up.diagnostics)).to.be.true;
    const { resources = [] } = (await engine.exportState()).deployment;
    const analyzer = await Analyzer.start();
    try {
      await analyzer.configure(CONFIG);
      const judged = await analyzer.judge(resources);
      const named = judged.map((d) => `${d.getPolicyname()} ${d.getUrn().split("::").pop() || "policed-prod"}`);
      expect([...new Set(named)]).to.have.members([STACK, ...REFUSED]);
      const words = judged.map((d) => d.getMessage()).join("\n");
      expect(words).to.contain("the phone numbers cost USD 15.00 a month, more than the budget of USD 14.00: ").and.contain("good (USD 5.00)");
      expect(words).to.contain("a number from FR is not allowed; allowed are US, CA, GB, DE").and.contain("a toll-free number is not allowed; allowed are local");
    } finally {
      analyzer.stop();
    }
  });

  it("makes the CLI's preview fail", async function () {
    const cli = findCli();
    if (!cli) {
      console.log(`          skipped: ${CLI_HINT}`);
      this.skip();
    }
    const config = path.join(backend, "config.json");
    fs.writeFileSync(config, JSON.stringify(CONFIG));
    // A copy: `stack init` writes the stack's settings beside the program.
    const copy = fs.mkdtempSync(path.join(__dirname, ".policed-"));
    try {
      fs.cpSync(project, copy, { recursive: true });
      const env = { ...process.env, ...sandbox.env, PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "x", PULUMI_SKIP_UPDATE_CHECK: "true" };
      const pulumi = (...args: string[]) => promisify(execFile)(cli.command, [...args, "--non-interactive"], { cwd: copy, env, maxBuffer: 1e8 });
      await pulumi("stack", "init", "prod");
      const failed = await pulumi("preview", "--stack", "prod", "--policy-pack", pack, "--policy-pack-config", config).then(() => undefined, (error: { stdout: string }) => error.stdout);
      expect(failed, "the preview must fail").to.be.a("string");
      const named = [...failed!.matchAll(/\]\s+(telephony-[\w-]+)\s+\(\S+ ([\w-]+)\)/g)].map(([, policy, name]) => `${policy} ${name}`);
      expect(named, failed).to.have.members([STACK, ...REFUSED]);
      expect(failed).to.contain("the phone numbers cost USD 15.00 a month, more than the budget of USD 14.00");
    } finally {
      fs.rmSync(copy, { recursive: true, force: true });
    }
  });
});
