import * as fs from "node:fs";
import * as os from "node:os";
import path from "node:path";
import type { Deployment, Engine } from "pulumi-telephony/testing";

/** The same properties as one of our resources has in the state, without what we add to them. */
export interface Twin {
  name: string;
  type: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** What the user gave and what the platform told: not the stub, nor what the library keeps for itself. */
const own = (properties: Record<string, unknown> = {}) => Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));

function twinsOf({ deployment }: Deployment): Twin[] {
  return (deployment.resources ?? [])
    .filter((resource) => resource.type.startsWith("pulumi-nodejs:dynamic/telephony:"))
    .map(({ urn, type, id, inputs, outputs }) => ({ name: urn.split("::").pop()!, type, id: id!, inputs: own(inputs), outputs: own(outputs) }));
}

/** For a stack of ours and the floor's beside it. */
export interface Twins {
  /** What the floor's program needs. */
  env: Record<string, string>;
  /** Writes down what our stack has made, for the floor's to make the same. */
  keep(ours: Engine): Promise<void>;
}

/** The twins are kept in a file, as long as the work takes. */
export async function withTwins<T>(work: (twins: Twins) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "telephony-twins-"));
  const file = path.join(directory, "twins.json");
  try {
    return await work({
      env: { BENCH_TWINS: file, BENCH_SERVED: path.join(__dirname, "programs", "floor", "provider.cjs") },
      keep: async (ours) => fs.writeFileSync(file, JSON.stringify(twinsOf(await ours.exportState()))),
    });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
