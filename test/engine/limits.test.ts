import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { openEngine, type EngineEvent } from "../../src/testing.js";
import { inLab, messages, Thing, THINGS } from "./lab.js";

describe("the embedded engine says what it cannot do", () => {
  const refusal = async (program: () => Record<string, unknown> | void) => {
    let told = "";
    await inLab("embedded", {}, [], async ({ up, state }) => {
      const result = await up(program);
      expect(result.ok).to.equal(false);
      told = messages(result).join("\n");
      expect(JSON.stringify(await state())).to.not.contain("Thing");
    });
    return told;
  };

  it("resource hooks", async () => {
    const program = () => {
      const hook = new pulumi.ResourceHook("hook", () => undefined);
      new Thing("a", { label: "a" }, { hooks: { beforeCreate: [hook] } });
    };
    expect(await refusal(program)).to.match(/hook/i);
  });

  it("transforms", async () => {
    expect(await refusal(() => void new Thing("a", { label: "a" }, { transforms: [() => undefined] }))).to.match(/transforms/);
  });

  it("stack references", async () => {
    expect(await refusal(() => ({ x: new pulumi.StackReference("organization/a/b").outputs }))).to.contain("StackReference");
  });

  it("resources of other packages", async () => {
    class Bucket extends pulumi.CustomResource {}
    expect(await refusal(() => void new Bucket("aws:s3/bucket:Bucket", "b", {}))).to.contain("package 'aws'");
  });

  it("functions of providers", async () => {
    const told = await refusal(() => ({ zones: pulumi.output(pulumi.runtime.invoke("aws:index:getZones", {})) }));
    expect(told).to.contain("aws:index:getZones is not supported");
  });

  it("programs of other languages", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "python-"));
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), "name: p\nruntime: python\n");
    const open = () => openEngine({ engine: "embedded", projectDir: directory, backendDir: directory });
    expect(open).to.throw("runtime nodejs");
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it("and passes on what is logged, ephemeral messages as events only", async () => {
    const events: EngineEvent[] = [];
    await inLab("embedded", { onEvent: (event) => events.push(event) }, [], async ({ up }) => {
      const result = await up(() => {
        const a = new Thing("a", { label: "a" });
        void pulumi.log.info("passing", a, undefined, true);
        void pulumi.log.info("staying", a);
      });
      expect(messages(result, "info")).to.deep.equal(["staying"]);
    });
    const told = events.flatMap((e) => (e.kind === "diagnostic" && e.severity === "info" ? [[e.message, e.ephemeral]] : []));
    expect(told).to.have.deep.members([["passing", true], ["staying", false]]);
  });

  it("and nothing at all before the first operation", () => {
    const backendDir = path.join(os.tmpdir(), `never-${process.pid}`);
    openEngine({ engine: "embedded", projectDir: THINGS, backendDir });
    expect(fs.existsSync(backendDir)).to.equal(false);
  });
});
