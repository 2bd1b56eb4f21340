/** How often the platforms are asked, side by side with the least that their APIs allow. */
import * as telephony from "pulumi-telephony";
import type { Engine, EngineKind } from "pulumi-telephony/testing";
import type { Measure, Row } from "./row.js";
import { startWorld, succeeded, type World } from "./world.js";

type Phase = "purchase" | "link";

interface Plan {
  platform: telephony.PlatformName;
  /** Numbers on a page of the platform's list. [contracts] */
  page: number;
  /** Which of the two a call belongs to; undefined for those that are neither (an assistant's, a search's). */
  phaseOf: (method: string, path: string) => Phase | undefined;
  /** What the purchase of one number and its link take at the least, the look that keeps a crash from buying twice aside. */
  least: Record<Phase, number>;
  program: (count: number) => () => Promise<void>;
}

/** One search for all: what is bought is what the platform is asked for. */
const searched = (platform: telephony.PlatformName, count: number) => new telephony.NumberSearch("search", { platform, country: "US", type: "local", limit: count + 10 });

const PLANS: readonly Plan[] = [
  {
    platform: "vapi",
    page: 100,
    phaseOf: (method, at) => (method === "PATCH" ? "link" : at.includes("/phone-number") ? "purchase" : undefined),
    least: { purchase: 1, link: 1 }, // POST; it is active at once here, else polls come to it. PATCH. [vapi.md, "Minimum calls"]
    program: (count) => () => {
      const { id } = new telephony.Assistant("desk", { platform: "vapi", name: "Desk" });
      for (let i = 0; i < count; i++) new telephony.PhoneNumberLink(`link-${i}`, { phoneNumber: new telephony.PhoneNumber(`number-${i}`, { platform: "vapi", search: { country: "US" } }), assistant: id });
      return Promise.resolve();
    },
  },
  {
    platform: "wiil",
    page: 1000,
    phaseOf: (_method, at) => (at.includes("/deployment-configurations") ? "link" : /phone-configurations(\?|\/by-phone-number|\/telephony-provider\/purchase)/.test(at) ? "purchase" : undefined),
    // POST, one look at the order, the number's own record; POST of the deployment [wiil.md, "Minimum calls"]. That is for one alone:
    // of several side by side, one list has the records.
    least: { purchase: 3, link: 1 },
    program: (count) => () => {
      const instruction = { role: "Reception", introductionMessage: "Hello", instructions: "Be kind", guardrails: "None" };
      const desk = new telephony.Assistant("desk", { platform: "wiil", name: "Desk", modelId: "model", instruction });
      const { numbers } = searched("wiil", count);
      for (let i = 0; i < count; i++) {
        const phoneNumber = new telephony.PhoneNumber(`number-${i}`, { platform: "wiil", candidates: numbers.apply((all) => all.slice(i, i + 1)) });
        new telephony.PhoneNumberLink(`link-${i}`, { phoneNumber, agent: desk.id, instruction: desk.instructionId, project: "project" });
      }
      return Promise.resolve();
    },
  },
  {
    platform: "voipbin",
    page: 100,
    phaseOf: (_method, at) => (at.includes("/flow_ids") ? "link" : at.includes("/numbers") ? "purchase" : undefined),
    least: { purchase: 1, link: 1 }, // POST /numbers answers the number; PUT flow_ids [voipbin.md, "Minimum calls"]
    program: (count) => () => {
      const flow = new telephony.CallFlow("menu", { platform: "voipbin", actions: [{ type: "answer" }] });
      const { numbers } = searched("voipbin", count);
      for (let i = 0; i < count; i++) {
        const phoneNumber = new telephony.PhoneNumber(`number-${i}`, { platform: "voipbin", candidates: numbers.apply((all) => all.slice(i, i + 1)) });
        new telephony.CallFlowBinding(`link-${i}`, { phoneNumber, callFlow: flow.id });
      }
      return Promise.resolve();
    },
  },
  {
    platform: "burki",
    page: Infinity, // the list has no pages
    phaseOf: (method, at) => (method === "PATCH" ? "link" : at.includes("phone-numbers") && !at.endsWith("/search") ? "purchase" : undefined),
    // POST, the list for the row's id, and the webhooks that are an output and that no other call tells; PATCH [burki.md, "Minimum calls"]
    least: { purchase: 3, link: 1 },
    program: (count) => () => {
      const { id } = new telephony.Assistant("desk", { platform: "burki", name: "Desk" });
      const { numbers } = searched("burki", count);
      for (let i = 0; i < count; i++) {
        const phoneNumber = new telephony.PhoneNumber(`number-${i}`, { platform: "burki", candidates: numbers.apply((all) => all.slice(i, i + 1)) });
        new telephony.PhoneNumberLink(`link-${i}`, { phoneNumber, assistant: id });
      }
      return Promise.resolve();
    },
  },
];

/** The calls that an operation makes. */
async function asked(world: World, work: () => ReturnType<Engine["up"]>): Promise<{ method: string; path: string }[]> {
  await world.control("requests", undefined, "DELETE");
  succeeded(await work());
  return world.control("requests");
}

async function measurePlan({ platform, page, phaseOf, least, program }: Plan, engine: EngineKind, count: number): Promise<Row[]> {
  const world = await startWorld();
  try {
    const stack = world.openStack(program(count), engine);
    const title = `${platform}, ${count.toLocaleString("en")} ${count === 1 ? "number" : "numbers"}`;
    const exactly = (measure: string, ours: number, floor: number): Row => ({ measure: `platform calls, ${measure}, ${title}`, ours, floor, ratio: floor === 0 ? ours : ours / floor, aim: floor === 0 ? "0" : "the least", ok: ours <= floor });

    const created = await asked(world, () => stack.up());
    const phase = (of: Phase) => created.filter(({ method, path: at }) => phaseOf(method, at) === of).length;
    const pages = Math.max(1, Math.ceil(count / page));
    const rows = [
      exactly("purchase + ready, one look at the account before", phase("purchase"), 1 + least.purchase * count),
      exactly("link", phase("link"), least.link * count),
      exactly("no-op preview and up", (await asked(world, () => stack.preview())).length + (await asked(world, () => stack.up())).length, 0),
    ];
    if (count >= SIDE_BY_SIDE) {
      const others = platform === "wiil" ? 2 : 1; // the assistant (with its instruction), the flow
      const ended = platform === "voipbin" ? 1 : 0; // its list ends with an empty page
      rows.push(exactly("refresh of numbers and links", (await asked(world, () => stack.refresh())).length - others, pages + ended));
    }
    return rows;
  } finally {
    await world.close();
  }
}

/** Fewer are read one by one. */
const SIDE_BY_SIDE = 3;

export const measure: Measure = async ({ quick, engine, numbers }) => {
  const rows: Row[] = [];
  for (const plan of PLANS) {
    if (quick && plan.platform !== "vapi") continue;
    rows.push(...(await measurePlan(plan, engine, numbers ?? (quick ? 12 : 30))));
  }
  return rows;
};
