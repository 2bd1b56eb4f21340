/** How long a program waits for `import "pulumi-telephony"`, side by side with another provider's library, in fresh processes. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { median } from "./median.js";
import type { Measure } from "./row.js";

const ROOT = path.join(__dirname, "..");
const AIM = 1.0;

const WAYS = {
  import: (name: string) => ["--input-type=module", "-e", timed(`await import("${name}")`)],
  require: (name: string) => ["--input-type=commonjs", "-e", timed(`require("${name}")`)],
};

const timed = (load: string) => `const begun = performance.now(); ${load}; console.log(performance.now() - begun);`;

/** Milliseconds in a new process; its own start is not among them. */
const load = (way: keyof typeof WAYS, name: string) => Number(execFileSync(process.execPath, WAYS[way](name), { cwd: ROOT, encoding: "utf8" }));

/** One after the other and again, so that a slow moment of the machine hits both. */
export const measure: Measure = ({ quick }) => {
  const rows = (Object.keys(WAYS) as (keyof typeof WAYS)[]).map((way) => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < (quick ? 2 : 15); i++) {
      ours.push(load(way, "pulumi-telephony"));
      theirs.push(load(way, "@pulumi/random"));
    }
    const ratio = median(ours) / median(theirs);
    return { measure: `program start, ${way}, ms`, ours: median(ours), floor: median(theirs), ratio, aim: `≤ ${AIM.toFixed(2)} × @pulumi/random`, ok: ratio <= AIM };
  });
  return Promise.resolve(rows);
};
