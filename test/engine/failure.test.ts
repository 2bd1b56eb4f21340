import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { messages, names, onEveryEngine, tellMissingEngines, Thing } from "./lab.js";

describe("failing", () => {
  tellMissingEngines();

  onEveryEngine("half way saves what there is, and goes on by updating it", async ({ up, destroy, calls, state }) => {
    const program = (partial: boolean, color = "red") => () => {
      const a = new Thing("a", { label: "a", color, ...(partial && { partial }) });
      return { a: a.id };
    };
    const initErrors = async () =>
      (await state()).deployment.resources?.flatMap((resource) => resource.initErrors ?? []);
    const first = await up(program(true));
    expect(first.ok).to.equal(false);
    expect(messages(first)[0]).to.contain("a-1 is not ready");
    expect(await initErrors()).to.deep.equal(["a-1 is not ready"]);

    const again = await up(program(true)); // no difference, and tried again all the same
    expect(again.ok).to.equal(false);
    const healed = await up(program(false));
    expect(names(healed)).to.deep.equal(["update a"]);
    expect(await initErrors()).to.deep.equal([]);
    expect(calls()).to.deep.equal(["create a-1", "update a-1", "update a-1"]);

    const broken = await up(program(true, "blue"));
    expect(broken.ok).to.equal(false);
    await destroy();
    expect(calls()).to.deep.equal(["update a-1", "delete a-1"]);
  });

  onEveryEngine("leaves the rest as it was, and the program's outputs too", async ({ up, calls, state }) => {
    const program = (fail?: string) => () => {
      const a = new Thing("a", { label: "a", ...(fail && { fail }) });
      const b = new Thing("b", { label: "b", shape: a.id });
      return { b: b.id };
    };
    const failed = await up(program("create"));
    expect(messages(failed)).to.deep.equal(["cannot create a", "update failed"]);
    expect(calls()).to.deep.equal(["create a-1"]);
    expect((await state()).deployment).to.not.have.property("pending_operations");
    await up(program());
    const update = await up(program("update"));
    expect(messages(update)).to.deep.equal(["cannot update a-1", "update failed"]);
    expect(update.outputs).to.deep.equal({ b: "b-1" });
  });

  onEveryEngine("in the check tells every failure, secrets included", async ({ up, preview, calls }) => {
    const program = () => {
      new Thing("a", { label: "a", bad: pulumi.secret("hush"), badAsAWhole: true });
    };
    const planned = await preview(program);
    expect(messages(planned)).to.include.members([
      "pulumi-nodejs:dynamic/test:Thing resource 'a': property bad value {&{{hush}}} has a problem: must not be there",
      "pulumi-nodejs:dynamic/test:Thing resource 'a' has a problem: is bad as a whole",
    ]);
    expect((await up(program)).ok).to.equal(false);
    const nested = await up(() => void new Thing("a", { label: "a", bad: [1, "x", true, { k: null }] }));
    expect(messages(nested).join()).to.contain("property bad value {[{1} {x} {true} {map[k:{<nil>}]}]}");
    expect(calls()).to.deep.equal([]);
  });

  onEveryEngine("of a refresh is told, and the rest is read", async ({ up, refresh, calls, world }) => {
    await up(() => {
      new Thing("a", { label: "a", fail: "read" });
      new Thing("b", { label: "b" });
    });
    calls();
    fs.rmSync(`${world}/b-1.json`);
    const refreshed = await refresh();
    expect(refreshed.ok).to.equal(false);
    expect(messages(refreshed)).to.include("cannot read a-1");
    expect(refreshed.summary).to.deep.equal({ same: 1, delete: 1 });
  });

  onEveryEngine("twice with one name is an error", async ({ up }) => {
    const failed = await up(() => {
      const first = new Thing("a", { label: "a" });
      new Thing("a", { label: "b" }, { dependsOn: first });
    });
    expect(messages(failed)[0]).to.contain("Duplicate resource URN");
  });
});
