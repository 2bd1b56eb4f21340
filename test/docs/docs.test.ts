import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { platformsPage } from "../../docs/matrix.js";
import { platforms } from "../../src/platforms/index.js";

const root = path.join(__dirname, "..", "..");
const files = (directory: string) => readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md")).sort();
const read = (directory: string) => Object.fromEntries(files(directory).map((file) => [file, readFileSync(path.join(directory, file), "utf8")]));

describe("the documents", () => {
  it("have the reference that the JSDoc gives: npm run docs", () => {
    const fresh = mkdtempSync(path.join(tmpdir(), "telephony-docs-"));
    try {
      execFileSync(process.execPath, [path.join(root, "node_modules", "typedoc", "bin", "typedoc"), "--out", fresh, "--logLevel", "Warn"], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
      expect(read(path.join(root, "docs", "api"))).to.deep.equal(read(fresh));
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  });

  it("have the table of platforms that the traits give: npm run docs", () => {
    expect(readFileSync(path.join(root, "docs", "platforms.md"), "utf8")).to.equal(platformsPage());
  });

  it("point at what is there", () => {
    const pages = ["README.md", "CONTRIBUTING.md", "examples/gitops/README.md", ...files(path.join(root, "docs")).filter((file) => !file.startsWith("api")).map((file) => `docs/${file}`)];
    const broken = pages.flatMap((page) => {
      const text = readFileSync(path.join(root, page), "utf8").replace(/```.*?```/gs, "");
      return [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target!).filter((target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, path.dirname(page), target))).map((target) => `${page}: ${target}`);
    });
    expect(broken).to.deep.equal([]);
  });

  it("say of each command that the command line has", () => {
    const help = execFileSync(process.execPath, [path.join(root, "dist", "cli", "main.js"), "--help"], { encoding: "utf8" });
    const commands = [...help.slice(help.indexOf("Commands:")).matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!).filter((name) => name !== "help");
    const text = files(path.join(root, "docs")).filter((file) => !file.startsWith("api")).map((file) => readFileSync(path.join(root, "docs", file), "utf8")).join("\n") + readFileSync(path.join(root, "README.md"), "utf8") + readFileSync(path.join(root, "examples/gitops/README.md"), "utf8");
    expect(commands).to.include.members(["sandbox", "doctor", "adopt"]);
    expect(commands.filter((command) => !text.includes(`telephony ${command}`))).to.deep.equal([]);
  });

  it("say of each setting", () => {
    const text = readFileSync(path.join(root, "docs", "settings.md"), "utf8");
    expect(Object.values(platforms).flatMap(({ traits }) => [traits.keySetting, ...Object.keys(traits.options)]).filter((setting) => !text.includes(`telephony:${setting}`))).to.deep.equal([]);
  });
});
