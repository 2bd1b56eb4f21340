/** The same with a dynamic provider as one writes it in an afternoon: its code is captured, and kept in the state of each resource. */
import { NaiveLink, NaiveNumber } from "../../naive";

const assistant = process.env["BENCH_ASSISTANT"]!;

for (let i = 0; i < Number(process.env["BENCH_NUMBERS"]); i++) {
  const number = new NaiveNumber(`number-${i}`, { platform: "vapi", name: `number-${i}` });
  new NaiveLink(`link-${i}`, { platform: "vapi", number: number.id, assistant });
}
