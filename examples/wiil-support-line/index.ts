/**
 * A support line on WIIL, step by step as in its purchase guide: regions, availability, purchase, and the two channels that open
 * with the number; then the agent that answers on them.
 *
 * One program, several stages; each `pulumi config set` is followed by `pulumi up`:
 *
 * 1. `pulumi config set number +12125551234` buys this number; without it the first one that `areaCode` offers is bought. The
 *    purchase takes up to five minutes: `pulumi up` polls it, and one that takes longer is gone on with by the next run.
 * 2. `pulumi config set project <id>` lets the agent answer calls; `pulumi config set channels voice,sms` messages, too.
 * 3. `pulumi config set answeredBy night` puts another agent in its place, with no moment in which nobody answers.
 * 4. `pulumi config set answeredBy nobody` unlinks the number. It stays yours, until the resource goes.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const carrier = config.get("carrier") ?? "signalwire"; // or "twilio", "vonage"
const modelId = config.get("modelId") ?? "model_conversation_default"; // of your project's model registry

export = async () => {
  // WIIL's older API lists the regions that a carrier sells in: pulumi config set telephony:wiilApi 2025-12
  const older = new pulumi.Config("telephony").get("wiilApi") === "2025-12";
  const regions = older ? await telephony.getRegions({ platform: "wiil", carrier }) : [];

  // What is available. Searched once and kept in the state, before anything is bought.
  const available = new telephony.NumberSearch("available", {
    platform: "wiil",
    carrier,
    country: "US",
    type: "local",
    areaCode: config.get("areaCode") ?? "212",
    limit: 5,
  });

  const number = config.get("number");
  const support = new telephony.PhoneNumber(
    "support",
    {
      platform: "wiil",
      name: "Customer Support Line",
      carrier,
      type: "local",
      ...(number === undefined ? { candidates: available.numbers } : { number }),
    },
    { customTimeouts: { create: "5m" } }, // "under 5 minutes"
  );

  // An agent, and the instruction that it follows. A change is made in place.
  const agent = new telephony.Assistant("agent", {
    platform: "wiil",
    name: "Support agent",
    modelId,
    instruction: {
      role: "Support agent",
      introductionMessage: "Thank you for calling support. How can I help you?",
      instructions: config.get("instructions") ?? "Answer questions on orders. Take a message when you can't.",
      guardrails: "Never ask for a card number.",
    },
  });

  const night = new telephony.Assistant("night", {
    platform: "wiil",
    name: "Night desk",
    modelId,
    instruction: {
      role: "Night desk",
      introductionMessage: "Support is closed.",
      instructions: "Take a message, with name and number.",
      guardrails: "Promise nothing.",
    },
  });

  const project = config.get("project");
  const answers = { agent, night }[config.get("answeredBy") ?? "agent"];
  if (project !== undefined && answers !== undefined) {
    new telephony.PhoneNumberLink("support-agent", {
      phoneNumber: support,
      agent: answers.id,
      instruction: answers.instructionId,
      project,
      channels: (config.get("channels") ?? "voice").split(",") as ("voice" | "sms")[],
    });
  }

  return {
    regions: regions.map((region) => region.regionName),
    available: available.numbers.apply((numbers) => numbers.map((candidate) => candidate.number)),
    number: support.number,
    status: support.status,
    carrier: support.carrier,
    purchase: support.purchase,
    voiceChannel: support.channels.voice,
    smsChannel: support.channels.sms,
    agentId: agent.id,
    nightId: night.id,
  };
};
