import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { messages, names, onEveryEngine, tellMissingEngines, Thing } from "./lab.js";

describe("the life of a resource", () => {
  tellMissingEngines();

  onEveryEngine("is created, kept, updated, deleted", async ({ preview, up, refresh, destroy, calls }) => {
    const program = (color: string) => () => {
      const a = new Thing("a", { label: "a", color });
      const b = new Thing("b", { label: "b", shape: a.token });
      return { serial: a.serial, shape: b.id, all: [a.color, { nested: b.color }] };
    };
    const planned = await preview(program("red"));
    expect(planned.summary).to.deep.equal({ create: 3 });
    expect(calls()).to.deep.equal([]);

    const first = await up(program("red"));
    expect(first.ok, messages(first).join()).to.equal(true);
    expect(names(first)).to.deep.equal(["create things-dev", "create a", "create b"]);
    expect(first.outputs).to.deep.equal({ serial: 1, shape: "b-1", all: ["red", { nested: "grey" }] });
    expect(calls()).to.deep.equal(["create a-1", "create b-1"]);

    const again = await up(program("red"));
    expect([again.steps, again.summary, calls()]).to.deep.equal([[], { same: 3 }, []]);

    // The provider cannot say which outputs are stable, so what comes of `a` is unknown (pulumi-facts §5).
    const plannedUpdate = await preview(program("blue"));
    expect(names(plannedUpdate)).to.deep.equal(["update a", "update b"]);
    expect(calls()).to.deep.equal(["diff b-1 with shape unknown"]);

    const second = await up(program("blue"));
    expect(second.steps).to.have.length(1);
    expect(second.steps[0]).to.include({ op: "update", name: "a" }).and.to.deep.include({ diff: ["color"] });
    expect(second.summary).to.deep.equal({ update: 1, same: 2 });
    expect(calls()).to.deep.equal(["update a-1"]);

    const without = await up(() => ({ b: new Thing("a", { label: "a", color: "blue" }).id }));
    expect(names(without)).to.deep.equal(["delete b"]);
    expect(calls()).to.deep.equal(["delete b-1"]);

    const refreshed = await refresh();
    expect([refreshed.steps, refreshed.summary, calls()]).to.deep.equal([[], { same: 2 }, ["read a-1"]]);
    const destroyed = await destroy();
    expect(names(destroyed)).to.deep.equal(["delete a", "delete things-dev"]);
    expect(destroyed.outputs).to.deep.equal({});
  });

  onEveryEngine("follows what others changed, and notices what is gone", async ({ up, preview, refresh, world, calls, state }) => {
    const program = () => {
      const kept = new Thing("kept", { label: "kept", color: "red" });
      const lost = new Thing("lost", { label: "lost" });
      new Thing("child", { label: "child", shape: lost.id }, { parent: lost, dependsOn: [kept] });
    };
    await up(program);
    calls();
    const file = path.join(world, "kept-1.json");
    const inputs = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
    fs.writeFileSync(file, JSON.stringify({ ...inputs, color: "drifted" }));
    fs.rmSync(path.join(world, "lost-1.json"));

    const refreshed = await refresh();
    expect(refreshed.summary).to.deep.equal({ same: 2, update: 1, delete: 1 });
    expect(refreshed.steps.map(({ op, name, diff }) => [op, name, diff])).to.have.deep.members([
      ["update", "kept", ["color"]],
      ["delete", "lost", undefined],
    ]);
    expect(calls().sort()).to.deep.equal(["read child-1", "read kept-1", "read lost-1"]);
    // Nothing in the state refers to what is gone.
    expect(JSON.stringify((await state()).deployment.resources)).to.not.contain('Thing::lost"');

    const planned = await preview(program);
    expect(names(planned)).to.include.members(["update kept", "create lost"]);
  });

  onEveryEngine("takes what exists from `opts.id`, and never deletes it", async ({ up, destroy, calls, world }) => {
    fs.writeFileSync(path.join(world, "found-7.json"), JSON.stringify({ label: "found", color: "green" }));
    const program = () => {
      const found = new Thing("found", { label: "found" }, { id: "found-7" });
      return { color: found.color, made: new Thing("made", { label: "made", color: found.color }).color };
    };
    const first = await up(program);
    expect(first.outputs).to.deep.equal({ color: "green", made: "green" });
    expect(names(first)).to.deep.equal(["create things-dev", "read found", "create made"]);
    await up(program);
    calls();
    await destroy();
    expect(calls()).to.deep.equal(["delete made-1"]);

    // A dynamic provider has no way to say that there is no such thing.
    const missing = await up(() => ({ id: new Thing("missing", { label: "missing" }, { id: "missing-1" }).id }));
    expect(missing.outputs).to.deep.equal({ id: "missing-1" });
  });

  onEveryEngine("cannot be imported by the option, as dynamic resources never can", async ({ up, preview }) => {
    const program = () => void new Thing("a", { label: "a" }, { import: "a-9" });
    expect(messages(await preview(program)).join()).to.contain("toJavaScript");
    expect(messages(await up(program)).join()).to.contain("toJavaScript");
  });
});
