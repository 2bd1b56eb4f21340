import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { messages, names, onEveryEngine, tellMissingEngines, Thing } from "./lab.js";

class Group extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  constructor(name: string, color: string, options?: pulumi.ComponentResourceOptions) {
    super("test:Group", name, { color }, options);
    const child = new Thing(`${name}-child`, { label: "child", color }, { parent: this });
    this.id = child.id;
    this.registerOutputs({ child: child.id });
  }
}

class Account extends pulumi.ProviderResource {
  constructor(name: string, account: pulumi.Input<string>) {
    super("pulumi-nodejs", name, { "test:account": account });
  }
}

describe("options", () => {
  tellMissingEngines();

  onEveryEngine("rename by alias without replacing, children included", async ({ up, calls }) => {
    await up(() => {
      const group = new Group("old", "red");
      return { b: new Thing("b", { label: "b", shape: group.id }).id };
    });
    calls();
    const renamed = await up(() => {
      const group = new Group("new", "red", { aliases: [{ name: "old" }] });
      return { b: new Thing("c", { label: "b", shape: group.id }, { aliases: [{ name: "b" }] }).id };
    });
    expect(renamed.ok, messages(renamed).join()).to.equal(true);
    expect(renamed.summary).to.deep.equal({ same: 4 });
    expect(calls()).to.deep.equal([]);
    const moved = await up(() => {
      const group = new Group("new", "blue");
      return { b: new Thing("c", { label: "b", shape: group.id }, { parent: group, aliases: [{ parent: pulumi.rootStackResource }] }).id };
    });
    expect(names(moved)).to.include.members(["update new-child"]).and.not.include("delete c");
  });

  onEveryEngine(
    "give a provider of its own its own configuration",
    async ({ up, destroy, calls, state }) => {
      const program = (second: string) => () => {
        const account = new Account("second", pulumi.secret(second));
        const a = new Thing("a", { label: "a" });
        const b = new Thing("b", { label: "b" }, { provider: account });
        return { a: a.account, b: b.account, secret: new pulumi.Config("test").requireSecret("account") };
      };
      const first = await up(program("two"));
      expect(first.outputs).to.deep.equal({ a: "one", b: "two", secret: "one" });
      const rotated = await up(program("three"));
      expect(names(rotated)).to.deep.equal(["update second"]);
      const text = JSON.stringify(await state());
      expect(text).to.not.contain('"three"').and.not.contain('"test:account":"one"');
      await up(() => ({ b: new Thing("b", { label: "b" }).account }));
      calls();
      await destroy();
      expect(calls()).to.deep.equal(["delete b-1"]);
    },
    { config: { "test:account": { value: "one", secret: true } } },
  );

  onEveryEngine("keep secrets secret", async ({ up, preview, state }) => {
    const program = (word: string) => () => {
      const a = new Thing("a", { label: "a", color: pulumi.secret(word) }, { additionalSecretOutputs: ["token"] });
      const b = new Thing("b", { label: "b", shape: a.token, nested: { list: [a.color, "open"] } });
      return { color: a.color, token: b.token, shape: b.id };
    };
    const first = await up(program("xyzzy"));
    expect(first.outputs).to.deep.equal({ color: "xyzzy", token: "token of b-1", shape: "b-1" });
    expect(JSON.stringify(await state())).to.not.contain("xyzzy").and.not.contain("token of a-1").and.contain("open");
    expect((await preview(program("xyzzy"))).summary).to.deep.equal({ same: 3 });
    const changed = await up(program("plugh"));
    expect(changed.outputs).to.include({ color: "plugh" });
    expect(JSON.stringify(await state())).to.not.contain("plugh");
  });

  onEveryEngine("restrict to targets", async ({ up, destroy, calls, state }) => {
    const urn = (name: string) => `urn:pulumi:dev::things::pulumi-nodejs:dynamic/test:Thing::${name}`;
    const program = (color: string, extra = false) => () => {
      const a = new Thing("a", { label: "a", color });
      new Thing("b", { label: "b", color, shape: a.id });
      if (extra) new Thing("c", { label: "c" });
    };
    await up(program("red"));
    calls();
    const some = await up(program("blue", true), { target: [urn("a")] });
    expect(names(some)).to.deep.equal(["update a"]);
    expect(calls()).to.deep.equal(["update a-1"]);
    const refused = await destroy({ target: [urn("a")] });
    expect(messages(refused).join()).to.contain("was not specified in --target list");
    const gone = await destroy({ target: [urn("b")] });
    expect(names(gone)).to.deep.equal(["delete b"]);
    expect((await state()).deployment.resources?.some((r) => r.urn === urn("a"))).to.equal(true);
    expect(messages(await up(program("blue"), { target: [urn("zzz")] })).join()).to.contain("could not be found in the stack");
  });
});
