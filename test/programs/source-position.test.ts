import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import * as telephony from "pulumi-telephony";
import { errorsOf, onEveryEngine } from "./bench.js";

onEveryEngine("where the state says that a resource is declared", (bench) => {
  it("is where the program has it, and the way there is through the program alone", async () => {
    const up = await bench.example("component").up();
    expect(up.ok, errorsOf(up)).to.be.true;
    const { resources = [] } = (await bench.example("component").exportState()).deployment;
    const ours = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/telephony:"));
    expect(ours).not.to.be.empty;
    for (const { urn, sourcePosition, stackTrace } of ours) {
      expect(stackTrace?.[0], urn).to.deep.equal({ sourcePosition });
      for (const frame of stackTrace ?? []) expect(frame.sourcePosition, urn).to.match(/^project:\/\/\/[\w-]+\.ts#\d+,\d+$/);
      expect(stackTrace?.at(-1)?.sourcePosition, urn).to.match(/\/index\.ts#/);
    }
  });

  it("is found through source maps, too, and an account's as well", async () => {
    await bench.apply(() => {
      new telephony.CallFlow("menu", { platform: "voipbin", actions: [{ type: "answer" }] });
      new telephony.Provider("emea", { wiilApiKey: "key-of-emea" });
      return Promise.resolve();
    });
    const { resources = [] } = (await bench.engine(() => Promise.resolve()).exportState()).deployment;
    for (const declaration of ['CallFlow("menu"', 'Provider("emea"']) {
      const [, name] = declaration.split('"');
      const { sourcePosition = "" } = resources.find(({ urn }) => urn.endsWith(`::${name}`))!;
      const [, file, line] = /^project:\/\/\/(.*)#(\d+),\d+$/.exec(sourcePosition)!;
      expect(fileURLToPath(new URL(file!, `file://${path.join(__dirname, "project")}/`))).to.equal(__filename);
      expect(readFileSync(__filename, "utf8").split("\n")[Number(line) - 1]).to.contain(`new telephony.${declaration}`);
    }
  });
});
