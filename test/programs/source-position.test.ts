import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import type { Deployment } from "pulumi-telephony/testing";
import { errorsOf, onEveryEngine } from "./bench.js";

const ours = ({ deployment }: Deployment) => (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/telephony:"));

onEveryEngine("where the state says that a resource is declared", (bench) => {
  it("is where the program has it, and the way there is through the program alone", async () => {
    const up = await bench.example("component").up();
    expect(up.ok, errorsOf(up)).to.be.true;
    const resources = ours(await bench.example("component").exportState());
    expect(resources).not.to.be.empty;
    for (const { urn, sourcePosition, stackTrace } of resources) {
      expect(stackTrace?.[0], urn).to.deep.equal({ sourcePosition });
      for (const frame of stackTrace ?? []) expect(frame.sourcePosition, urn).to.match(/^project:\/\/\/[\w-]+\.ts#\d+,\d+$/);
      expect(stackTrace?.at(-1)?.sourcePosition, urn).to.match(/\/index\.ts#/);
    }
  });

  it("is found through source maps, too", async () => {
    await bench.apply(() => {
      new telephony.CallFlow("menu", { platform: "voipbin", actions: [{ type: "answer" }] });
      return Promise.resolve();
    });
    const [menu] = ours(await bench.engine(() => Promise.resolve()).exportState());
    const [, file, line] = /^project:\/\/\/(.*)#(\d+),\d+$/.exec(menu!.sourcePosition!)!;
    const found = fileURLToPath(new URL(file!, `file://${path.join(__dirname, "project")}/`));
    expect(found).to.equal(__filename);
    expect(readFileSync(found, "utf8").split("\n")[Number(line) - 1]).to.contain('new telephony.CallFlow("menu"');
  });
});
