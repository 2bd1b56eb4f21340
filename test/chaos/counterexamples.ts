/** What the model-based test has found once: steps as it printed them, shortened, to be run again and again. */
import type { Step } from "./model-run.js";

export const COUNTEREXAMPLES: { title: string; steps: Step[] }[] = [
  {
    title: "the old half of --replace on a protected number stayed in the state for ever; another number in its place was bought before the old one was refused",
    steps: [
      { acts: [{ do: "add", platform: "voipbin", by: "exact" }], run: "up", chaos: [] },
      { acts: [{ do: "flip", line: 0, what: "protect" }], run: "up", chaos: [] },
      { acts: [{ do: "replace", line: 0, what: "number" }], run: "up", chaos: [] },
      { acts: [{ do: "exact", line: 0 }], run: "up", chaos: [] },
    ],
  },
  {
    title: "a number of Vapi's that could not be read for a moment after its purchase was released, and another one bought",
    steps: [
      { acts: [{ do: "add", platform: "vapi", by: "area" }], run: "up", chaos: [{ kind: "status", status: 404, nth: 3, times: 1 }] },
    ],
  },
];
