import { PlatformError } from "../../http/index.js";
import { splitMark } from "../../mark.js";
import type { Call, LinkTarget, NumberRecord, PointerKind, Pointers, Slots } from "../platform.js";
import { type WiilClient } from "./client.js";
import { orUndefined } from "../decode.js";
import type { Deployment, PhoneConfiguration } from "./schema.js";

/**
 * What answers a number of WIIL: a deployment on its voice channel, another on its SMS channel; a channel has one deployment at
 * the most [JS examples/channels/understanding-channels.md], which can be changed in place [CORE UpdateDeploymentConfigurationSchema].
 */
const CHANNELS = ["voice", "sms"] as const;
type Channel = (typeof CHANNELS)[number];

interface Target {
  agent: string;
  instruction: string;
  project: string;
}

/**
 * A deployment that is switched off answers nobody: it is another target than the same one switched on. A program that declares a
 * link sees one that was switched off by hand as `channels: ["voice (inactive)"]`, and switches it on again.
 */
const INACTIVE = "/inactive";
const INACTIVE_CHANNEL = " (inactive)";

const spell = ({ agent, instruction, project }: Target, active = true) =>
  `agent:${agent}/instruction:${instruction}/project:${project}${active ? "" : INACTIVE}`;

function parse(text: string): (Target & { active: boolean }) | undefined {
  const match = /^agent:(.+?)\/instruction:(.+?)\/project:(.+?)(\/inactive)?$/.exec(text);
  return match ? { agent: match[1]!, instruction: match[2]!, project: match[3]!, active: match[4] === undefined } : undefined;
}

const targetOf = (d: Deployment) =>
  spell({ agent: d.agentConfigurationId, instruction: d.instructionConfigurationId, project: d.projectId }, d.isActive !== false);

const channelIdOf = (c: PhoneConfiguration, channel: Channel) =>
  channel === "voice" ? (c.voiceChannelId ?? c.voiceChannel?.id) : (c.smsChannelId ?? c.smsChannel?.id);

/** What the configuration itself tells of its channels; undefined when it doesn't tell all. */
export function slotsIn(c: PhoneConfiguration): Slots | undefined {
  const told = CHANNELS.filter((channel) => channelIdOf(c, channel) !== undefined).map((channel) => [channel, c[`${channel}Channel`]?.deployment] as const);
  if (told.some(([, deployment]) => deployment === undefined)) return undefined;
  return Object.fromEntries(told.flatMap(([channel, deployment]) => (deployment ? [[channel, targetOf(deployment)]] : [])));
}

/** How links are written in slots: the same target on each of the channels. */
export const links: PointerKind<LinkTarget> = {
  toSlots: ({ agent, instruction, project, channels = ["voice"] }) => {
    if (agent === undefined) return {};
    const target = { agent, instruction: instruction ?? "", project: project ?? "" };
    return Object.fromEntries(
      CHANNELS.flatMap((channel) => {
        if (channels.includes(channel)) return [[channel, spell(target)]];
        return channels.includes(channel + INACTIVE_CHANNEL) ? [[channel, spell(target, false)]] : [];
      }),
    );
  },

  fromSlots: (slots, like) => {
    const wanted = links.toSlots(like);
    const order = [...new Set([...(like.channels ?? []), ...CHANNELS])];
    const found = order.flatMap((channel) => {
      const target = parse(slots[channel] ?? "");
      return target ? [{ channel, target, same: slots[channel] === wanted[channel] }] : [];
    });
    // A link has one target: where the channels differ, the one that is not as declared, so that it is seen.
    const { target } = found.find((f) => !f.same) ?? found[0] ?? {};
    if (!target) return {};
    const channels = found.map((f) => (f.target.active ? f.channel : f.channel + INACTIVE_CHANNEL));
    const isDefault = like.channels === undefined && channels.length === 1 && channels[0] === "voice";
    return { agent: target.agent, instruction: target.instruction, project: target.project, channels: isDefault ? undefined : channels };
  },
};

/** What a deployment has to know of its number. */
interface Channelled {
  name: string;
  digits: string;
  channels: Partial<Record<Channel, string>>;
}

const ofConfiguration = (c: PhoneConfiguration): Channelled => ({
  name: splitMark(c.friendlyName).text,
  digits: c.phoneNumber,
  channels: { voice: channelIdOf(c, "voice"), sms: channelIdOf(c, "sms") },
});

const ofRecord = ({ name, number, channels = {} }: NumberRecord): Channelled => ({ name, digits: number, channels });

/** "Support +14155550123 voice": what a person reads in WIIL's dashboard. */
const nameOf = ({ name, digits }: Channelled, channel: Channel) => [name, digits, channel].filter((x) => x !== "").join(" ");

export function pointersOf(client: WiilClient): Pointers {
  const configurationOf = (numberId: string, call: Call) =>
    numberId.startsWith("+") ? client.byPhoneNumber(numberId, call) : client.phoneConfiguration(numberId, call);

  /** Points a channel at a target, in place where it has a deployment. */
  const point = async (channelId: string, text: string, at: Deployment | undefined, deploymentName: string, call: Call) => {
    const target = parse(text);
    if (!target) throw new Error(`WIIL: a link needs the ids of agent, instruction and project; this is what there is: ${text}`);
    const wanted = {
      projectId: target.project,
      agentConfigurationId: target.agent,
      instructionConfigurationId: target.instruction,
      isActive: target.active, // false by default [CORE]
    };
    if (at) {
      const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => at[key as keyof typeof wanted] !== value));
      await client.updateDeployment({ id: at.id, ...changes }, call);
      return;
    }
    // No deploymentStatus and no provisioningType: wiil-js's schema has neither; what a direct deployment is made with. [JS], [CORE]
    await client
      .createDeployment({ ...wanted, deploymentChannelId: channelId, deploymentName }, call)
      .catch(async (error: unknown) => {
        // The answer may be lost, or a lost one's deployment be in the way: the channel shows it, and it can't show two.
        if (!(error instanceof PlatformError) || !(error.ambiguous || error.kind === "conflict")) throw error;
        const made = await client.deploymentOf(channelId, call).catch(() => undefined);
        if (!made || targetOf(made) !== text) throw error;
      });
  };

  const remove = async ({ id, isActive }: Deployment, call: Call) => {
    const attempt = async () => {
      if (!(await client.deleteDeployment(id, call))) throw new Error(`WIIL did not delete the deployment ${id}, and gave no reason`);
    };
    try {
      await attempt();
    } catch (error) {
      // "Cannot delete active deployment": to be switched off first. [JS examples/service-mgt/deployment-configs-guide.md]
      if (!(error instanceof PlatformError) || isActive === false || !/\bactive\b/i.test(error.platformMessage ?? "")) throw error;
      await client.updateDeployment({ id, isActive: false }, call);
      try {
        await attempt();
      } catch (again) {
        // As it was: the link that holds it must know it by its target.
        await client.updateDeployment({ id, isActive: true }, call).catch(() => undefined);
        throw again;
      }
    }
  };

  return {
    links,

    get: async (numberId, call): Promise<Slots | undefined> => {
      const configuration = await configurationOf(numberId, call).catch(orUndefined);
      if (!configuration) return undefined;
      const told = slotsIn(configuration);
      if (told) return told;
      const slots = await Promise.all(
        CHANNELS.map(async (channel) => {
          const channelId = channelIdOf(configuration, channel);
          const deployment = channelId === undefined ? undefined : await client.deploymentOf(channelId, call);
          return deployment && ([channel, targetOf(deployment)] as const);
        }),
      );
      return Object.fromEntries(slots.filter((slot) => slot !== undefined));
    },

    // There is no list of all deployments; each belongs to an agent, and there are fewer of those than channels. [JS deployment-configs.ts]
    list: async (call) => {
      const [configurations, agents] = await Promise.all([client.phoneConfigurations(call), client.agents.list(call)]);
      const deployments = (await Promise.all(agents.map(({ id }) => client.deploymentsOfAgent(id, call)))).flat();
      const byChannel = new Map(deployments.map((deployment) => [deployment.deploymentChannelId, deployment]));
      return new Map(
        configurations.map((configuration) => {
          const slots = CHANNELS.map((channel) => [channel, byChannel.get(channelIdOf(configuration, channel) ?? "")] as const);
          return [configuration.phoneNumber, Object.fromEntries(slots.flatMap(([channel, deployment]) => (deployment ? [[channel, targetOf(deployment)]] : [])))];
        }),
      );
    },

    set: async (numberId, next, now, call, record) => {
      const changed = CHANNELS.filter((channel) => next[channel] !== now[channel]);
      if (changed.length === 0) return;
      const number = record?.slots ? ofRecord(record) : ofConfiguration(await configurationOf(numberId, call));
      // What is pointed comes before what is cleared.
      for (const channel of changed.sort((a, b) => Number(next[a] === undefined) - Number(next[b] === undefined))) {
        const wanted = next[channel];
        const channelId = number.channels[channel];
        if (channelId === undefined) {
          if (wanted === undefined) continue;
          const word = channel === "sms" ? "SMS" : channel;
          throw new Error(`WIIL: the number ${number.digits} has no ${word} channel; leave "${channel}" out of channels`);
        }
        const isFree = record?.slots !== undefined && record.slots[channel] === undefined;
        const first = isFree ? undefined : await client.deploymentOf(channelId, call);
        const at = first ?? (now[channel] === undefined ? undefined : await client.deploymentOf(channelId, call)); // gone is gone twice
        const found = at && targetOf(at);
        if (found === wanted) continue;
        if (found !== undefined && found !== now[channel]) {
          throw new Error(
            `WIIL: the ${channel} channel of ${number.digits} was pointed at ${found} meanwhile. ` +
              "Run pulumi refresh, then pulumi up again.",
          );
        }
        if (wanted !== undefined) await point(channelId, wanted, at, nameOf(number, channel), call);
        else await remove(at!, call);
      }
    },
  };
}
