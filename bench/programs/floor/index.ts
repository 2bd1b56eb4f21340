/** The smallest dynamic resources there can be, with the property bytes of ours: what the engine itself takes. */
import * as pulumi from "@pulumi/pulumi";
import type { Twin } from "../../twins.js";
import * as fs from "node:fs";

const twins = new Map((JSON.parse(fs.readFileSync(process.env["BENCH_TWINS"]!, "utf8")) as Twin[]).map((twin) => [twin.name, twin]));
const __provider = "exports.handler=()=>require(process.env.BENCH_SERVED);";

class Smallest extends pulumi.CustomResource {
  constructor(name: string, over: object = {}) {
    const { type, inputs, outputs } = twins.get(name)!;
    const declared = Object.fromEntries(Object.keys(outputs).map((key) => [key, undefined]));
    super(type.replace("telephony:", "smallest_:"), name, { ...declared, ...inputs, ...over, __provider });
  }
}

for (let i = 0; i < Number(process.env["BENCH_NUMBERS"]); i++) {
  const number = new Smallest(`number-${i}`);
  if (twins.has(`link-${i}`)) new Smallest(`link-${i}`, { phoneNumber: { platform: "vapi", id: number.id } }); // it waits for the number, as ours does
}
