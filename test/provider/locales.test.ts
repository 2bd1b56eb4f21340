import { expect } from "chai";
import { execFileSync } from "node:child_process";
import path from "node:path";

/** What a process of its own prints as JSON, after it has loaded the provider as Pulumi does. */
function inProvider(script: string): unknown {
  const provider = path.join(path.dirname(require.resolve("pulumi-telephony")), "provider", "index.js");
  const source = `require(${JSON.stringify(provider)}); console.log(JSON.stringify((() => { ${script} })()))`;
  return JSON.parse(execFileSync(process.execPath, ["-e", source], { cwd: path.join(__dirname, "..", ".."), encoding: "utf8" }));
}

const loadedLanguages = 'Object.keys(require.cache).filter((file) => /zod.v4.locales.(?!en|index)\\w+\\.cjs$/.test(file)).length';

describe("the provider's zod", () => {
  it("is loaded for what a program declares and for what a platform answers, and not before", () => {
    const loaded = inProvider(`
      const dist = require("node:path").dirname(require.resolve("pulumi-telephony"));
      require(dist + "/provider/phone-number.js");
      const { platforms } = require(dist + "/platforms/index.js");
      for (const { open } of Object.values(platforms)) open({ url: "http://127.0.0.1:1", key: "key", option: () => undefined });
      return Object.keys(require.cache).filter((file) => /node_modules.zod.v4.core.schemas/.test(file)).length;
    `);
    expect(loaded).to.equal(0);
  });

  it("speaks English without loading its other languages", () => {
    const [loaded, message] = inProvider(`const { z } = require("zod"); const { message } = z.string().safeParse(1).error.issues[0]; return [${loadedLanguages}, message]`) as [number, string];
    expect(message).to.equal("Invalid input: expected string, received number");
    expect(loaded).to.equal(0);
  });

  it("has each of them for a program's own provider that asks for it", () => {
    const [languages, message, loaded] = inProvider(`
      const { z } = require("zod");
      const languages = Object.keys(z.locales);
      z.config(z.locales.de());
      const { message } = z.string().safeParse(1).error.issues[0];
      return [languages, message, ${loadedLanguages}];
    `) as [string[], string, number];
    expect(languages).to.include.members(["de", "fr", "ja"]);
    expect(message).to.equal("Ungültige Eingabe: erwartet string, erhalten Zahl");
    expect(loaded).to.be.greaterThan(0);
  });
});
