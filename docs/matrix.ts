/** Writes the table of docs/platforms.md from what the platforms say of themselves: `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { platforms } from "../src/platforms/index.js";
import type { Traits } from "../src/platforms/platform.js";
import { envName } from "../src/provider/settings.js";

const page = path.join(__dirname, "platforms.md");
const [BEGIN, END] = ["<!-- written by npm run docs -->", "<!-- end -->"];

const list = (words: readonly string[] | undefined) => words?.join(", ") || "–";
const all = Object.values(platforms);

const rows: [string, (traits: Traits) => string][] = [
  ["`NumberSearch`, exact numbers", (t) => (t.allocates ? "–: it picks the number" : "yes")],
  ["`search` by", (t) => (t.criteria ? list(t.criteria.filter((c) => c !== "limit")) : "all criteria")],
  ["types of number", (t) => list(t.numberTypes)],
  ["`carrier`", (t) => (t.carriers.length > 0 && !t.imports ? list(t.carriers) : "its own choice")],
  ["own carrier numbers (`carrierAccount`)", (t) => list(t.imports && Object.keys(t.imports))],
  ["`Assistant`", (t) => (t.assistant ? "yes" : "–")],
  ["`PhoneNumberLink` to", (t) => list(t.links)],
  ["`CallFlow`, `CallFlowBinding`", (t) => (t.callFlows ? `yes, \`${t.flowBody ?? "actions"}\`${t.flowAssistant ? ", `assistant`" : ""}` : "–")],
  ["link and flow on one number", (t) => (!t.callFlows || t.links.length === 0 ? "–" : t.flowExcludesLink ? "one of the two" : "both")],
  ["`getRegions`", (t) => (t.regions ? "yes" : "–")],
  ["length of a name, mark included", (t) => (t.nameLimit ? `${t.nameLimit} characters` : "no limit to care for")],
  ["marks last", (t) => (t.marksFade ? "until the next sync" : "yes")],
  ["key", (t) => `\`${envName(t.keySetting)}\``],
  ["address", (t) => t.defaultUrl],
];

const row = (cells: string[]) => `| ${cells.join(" | ")} |`;

/** The page with a table that is up to date. */
export function platformsPage(): string {
  const table = [row(["", ...all.map((p) => p.traits.title)]), row(["---", ...all.map(() => "---")]), ...rows.map(([title, of]) => row([title, ...all.map((p) => of(p.traits))]))];
  const text = readFileSync(page, "utf8");
  return `${text.slice(0, text.indexOf(BEGIN) + BEGIN.length)}\n\n${table.join("\n")}\n\n${text.slice(text.indexOf(END))}`;
}

if (require.main === module) writeFileSync(page, platformsPage());
