import { expect } from "chai";
import { messages, names, onEveryEngine, tellMissingEngines, Thing, type ThingArgs } from "./lab.js";

describe("replacing", () => {
  tellMissingEngines();

  onEveryEngine("makes the new one, moves its dependents, then deletes the old one", async ({ up, preview, calls }) => {
    const program = (color: string) => () => {
      const a = new Thing("a", { label: "a", color, replaceOn: ["color"] });
      const b = new Thing("b", { label: "b", shape: a.id });
      return { a: a.id, b: b.serial };
    };
    await up(program("red"));
    calls();
    const planned = await preview(program("blue"));
    expect(names(planned)).to.deep.equal(["create-replacement a", "replace a", "update b", "delete-replaced a"]);
    calls();
    const replaced = await up(program("blue"));
    expect(names(replaced)).to.deep.equal(["create-replacement a", "replace a", "update b", "delete-replaced a"]);
    expect(replaced.summary).to.deep.equal({ replace: 1, same: 1, update: 1 });
    expect(replaced.outputs).to.deep.equal({ a: "a-2", b: 1 });
    expect(calls()).to.deep.equal(["create a-2", "update b-1", "delete a-1"]);
  });

  onEveryEngine("deletes before it replaces, with the dependents that cannot stay", async ({ up, preview, calls }) => {
    const program = (color: string) => () => {
      const a = new Thing("a", { label: "a", color, replaceOn: ["color"], dbr: true });
      // Asked with `shape` unknown, `goes` says that it must be replaced, and `stays` that it need not be.
      const goes = new Thing("goes", { label: "goes", shape: a.id, replaceOn: ["shape"] });
      new Thing("stays", { label: "stays", shape: a.id });
      new Thing("after", { label: "after", shape: goes.id, replaceOn: ["shape"] });
      new Thing("waits", { label: "waits" }, { dependsOn: a });
    };
    await up(program("red"));
    calls();
    await preview(program("blue"));
    calls();
    const replaced = await up(program("blue"));
    expect(replaced.ok, messages(replaced).join()).to.equal(true);
    const order = calls().filter((call) => !call.startsWith("diff"));
    expect(order.slice(0, 4)).to.deep.equal(["delete after-1", "delete goes-1", "delete a-1", "create a-2"]);
    expect(order.slice(4)).to.have.members(["create goes-2", "update stays-1", "create after-2"]);
    expect(replaced.summary).to.deep.equal({ replace: 3, same: 2, update: 1 });
  });

  onEveryEngine("is asked for by the options of the resource and of the operation", async ({ up, calls, state }) => {
    const program = (args: Partial<ThingArgs>) => () => {
      new Thing("first", { label: "first", replaceOn: ["color"], ...args }, { deleteBeforeReplace: true });
      // Only where the engine compares the inputs does it know which of them changed.
      new Thing("vague", { label: "vague", vague: true, ...args }, { replaceOnChanges: ["color"] });
    };
    await up(program({ color: "red" }));
    calls();
    await up(program({ color: "blue" }));
    const order = calls();
    expect(order.indexOf("delete first-1")).to.be.lessThan(order.indexOf("create first-2"));
    expect(order.indexOf("create vague-2")).to.be.lessThan(order.indexOf("delete vague-1")).and.at.least(0);

    const urn = (await state()).deployment.resources?.find(({ urn }) => urn.endsWith("::vague"))?.urn ?? "";
    const forced = await up(program({ color: "blue" }), { replace: [urn] });
    expect(names(forced)).to.deep.equal(["create-replacement vague", "replace vague", "delete-replaced vague"]);
    expect(calls()).to.deep.equal(["create vague-3", "delete vague-2"]);

    const unknown = await up(program({ color: "blue" }), { replace: [`${urn}-not`] });
    expect(messages(unknown).join()).to.contain("could not be found in the stack");
  });

  onEveryEngine("keeps what could not be deleted for the next time", async ({ up, calls, state }) => {
    const program = (color: string, fail?: string) => () =>
      void new Thing("a", { label: "a", color, replaceOn: ["color"], ...(fail && { fail }) });
    await up(program("red", "delete"));
    const failed = await up(program("blue"));
    expect(failed.ok).to.equal(false);
    expect(messages(failed)).to.deep.equal(["cannot delete a-1", "update failed"]);
    expect((await state()).deployment.resources?.filter((r) => r.delete).map(({ id }) => id)).to.deep.equal(["a-1"]);
    calls();
    const again = await up(program("blue"));
    expect(again.ok).to.equal(false);
    expect(calls()).to.deep.equal(["delete a-1"]);
  });

  onEveryEngine("of a protected resource is refused", async ({ up, preview, destroy }) => {
    const program = (color: string) => () => void new Thing("a", { label: "a", color, replaceOn: ["color"] }, { protect: true });
    await up(program("red"));
    expect(messages(await preview(program("blue")))[0]).to.contain("currently marked for protection");
    expect(messages(await up(program("blue")))[0]).to.contain("currently marked for protection");
    expect(messages(await up(() => undefined))[0]).to.contain("because it is protected");
    expect(messages(await destroy())[0]).to.contain("because it is protected");
  });

  onEveryEngine("leaves alone what is retained, or goes with another", async ({ up, destroy, calls }) => {
    const program = (color: string) => () => {
      const a = new Thing("a", { label: "a", color, replaceOn: ["color"] }, { retainOnDelete: true });
      new Thing("with", { label: "with" }, { deletedWith: a });
      new Thing("deaf", { label: "deaf", color }, { ignoreChanges: ["color"] });
    };
    await up(program("red"));
    calls();
    const replaced = await up(program("blue"));
    expect(replaced.summary).to.have.property("replace", 2);
    expect(calls()).to.deep.equal(["create a-2", "create with-2"]);
    const destroyed = await destroy();
    expect(destroyed.ok).to.equal(true);
    expect(calls()).to.deep.equal(["delete deaf-1"]);
  });
});
