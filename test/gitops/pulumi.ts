/**
 * The commands of the Pulumi CLI that the pipelines use, on the embedded engine: where no CLI is, their steps run all the same.
 * Options, exit codes and the JSON of a preview are those of the CLI 3.260.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type EngineEvent, type EngineResult, openEngine, type ResourceState } from "pulumi-telephony/testing";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ yes: { type: "boolean" }, json: { type: "boolean" }, refresh: { type: "boolean" }, create: { type: "boolean" } },
    ...{ "expect-no-changes": { type: "boolean" }, stack: { type: "string" } },
  },
});

const backend = fileURLToPath(process.env["PULUMI_BACKEND_URL"]!);
const selection = path.join(backend, "selected"); // the CLI keeps it in its home
const stack = values.stack ?? (existsSync(selection) ? readFileSync(selection, "utf8") : "dev");
const steps: Extract<EngineEvent, { kind: "step" }>[] = [];

const open = (backendDir = backend) =>
  openEngine({
    engine: "embedded",
    ...{ projectDir: process.cwd(), backendDir, stack, passphrase: process.env["PULUMI_CONFIG_PASSPHRASE"] },
    onEvent: (event) => {
      if (event.kind === "step") steps.push(event);
      if (event.kind === "diagnostic" && !event.ephemeral && !values.json) console.log(`${event.urn ?? ""}: ${event.severity}: ${event.message}`);
      if (event.kind === "step" && !values.json && event.op !== "same") console.log(`${event.op} ${event.type} ${event.name}${event.failed ? " failed" : ""}`);
    },
  });

/** With `refresh`, against what is there: the state itself stays as it is. */
async function preview(): Promise<EngineResult> {
  if (!values.refresh) return open().preview();
  const copy = mkdtempSync(path.join(tmpdir(), "telephony-preview-"));
  try {
    cpSync(backend, copy, { recursive: true });
    const engine = open(copy);
    const refreshed = await engine.refresh();
    return refreshed.ok ? await engine.preview() : refreshed;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function digest(result: EngineResult, before: Map<string, ResourceState>): string {
  const shown = steps.map(({ op, urn, outputs, id }) => {
    const oldState = before.get(urn);
    // In a preview the outputs are as far known as the inputs tell them.
    const newState = op === "delete" ? undefined : { urn, type: oldState?.type, id, inputs: outputs, outputs };
    return { op, urn, ...(oldState && { oldState }), ...(newState && { newState }), detailedDiff: null };
  });
  const diagnostics = result.diagnostics.map(({ urn, message, severity }) => ({ ...(urn && { urn }), message, severity }));
  return JSON.stringify({ steps: shown, ...(diagnostics.length > 0 && { diagnostics }), duration: 0, changeSummary: result.summary });
}

async function main(): Promise<number> {
  switch (positionals.join(" ").split(" ").slice(0, 2).join(" ")) {
    case "stack select": {
      const chosen = positionals[2]!;
      writeFileSync(selection, chosen);
      if (values.create && !existsSync(path.join(backend, ".pulumi", "stacks"))) {
        const engine = openEngine({ engine: "embedded", projectDir: process.cwd(), backendDir: backend, stack: chosen, passphrase: process.env["PULUMI_CONFIG_PASSPHRASE"] });
        await engine.importState({ version: 3, deployment: { manifest: { time: new Date().toISOString(), magic: "", version: "" } } });
      }
      return 0;
    }
    case "preview": {
      const before = new Map(((await open().exportState()).deployment.resources ?? []).map((resource) => [resource.urn, resource]));
      const result = await preview();
      if (values.json) console.log(digest(result, before));
      if (!result.ok) return 1;
      const changed = Object.keys(result.summary).some((op) => op !== "same");
      if (!values["expect-no-changes"] || !changed) return 0;
      console.error("error: no changes were expected for preview but changes were proposed");
      return 7;
    }
    case "up":
      if (values.refresh && !(await open().refresh()).ok) return 1;
      return (await open().up()).ok ? 0 : 1;
    default:
      throw new Error(`the pipelines are not known to use: pulumi ${process.argv.slice(2).join(" ")}`);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
