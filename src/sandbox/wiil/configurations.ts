import { Hono } from "hono";
import { z } from "zod";
import { iso, nextMonth } from "../clock";
import { amountNumber } from "../money";
import type { Account } from "../store";
import { countries } from "../stock";
import { accountNamed, charge, recordRelease, worldNow, type DueEvent, type Env, type OwnedNumber, type World } from "../world";
import { channelWithDeployment } from "./channel-views";
import { closeChannels, openChannel } from "./channels";
import { wiil, wiilOptions, type Order, type PhoneConfiguration } from "./state";
import { body, enumValue, newId, notFound, page, success } from "./wire";

const update = z.object({ id: z.string(), friendlyName: z.string().nullable() });

export function configurationRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/phone-configurations", (c) =>
    page(c, world, visible(world, c.get("account")).map((item) => configurationView(world, item))));
  app.get("/phone-configurations/by-phone-number/:number", (c) => {
    const number = c.req.param("number");
    return success(c, world, view(world, c.get("account"), (item) => item.phoneNumber === number));
  });
  app.get("/phone-configurations/:id", (c) => {
    const id = c.req.param("id");
    return success(c, world, view(world, c.get("account"), (item) => item.id === id));
  });
  // The id rides in the body, and only the name can change [JS phone-configs.ts], [CORE UpdatePhoneConfigurationSchema].
  app.patch("/phone-configurations", async (c) => {
    const request = await body(c, update);
    const configuration = find(world, c.get("account"), (item) => item.id === request.id);
    configuration.friendlyName = request.friendlyName;
    configuration.updatedAt = worldNow(world);
    return success(c, world, configurationView(world, configuration));
  });
  app.delete("/phone-configurations/:id", (c) => {
    const id = c.req.param("id");
    release(world, find(world, c.get("account"), (item) => item.id === id));
    return success(c, world, true);
  });
  return app;
}

function visible(world: World, account: Account): PhoneConfiguration[] {
  const at = worldNow(world);
  return wiil(world).configurations.filter((item) => item.account === account.account && item.visibleAt <= at);
}

function find(world: World, account: Account, wanted: (item: PhoneConfiguration) => boolean): PhoneConfiguration {
  const configuration = visible(world, account).find(wanted);
  if (!configuration) throw notFound("Phone configuration");
  return configuration;
}

function view(world: World, account: Account, wanted: (item: PhoneConfiguration) => boolean): object {
  return configurationView(world, find(world, account, wanted));
}

/** The configuration as it is read, or undefined while there is none. */
export function configurationOf(world: World, account: Account, wanted: (item: PhoneConfiguration) => boolean): object | undefined {
  const configuration = visible(world, account).find(wanted);
  return configuration && configurationView(world, configuration);
}

/** What a completed purchase leaves: the number, with a CALLS and an SMS channel [seed 001]. */
export function openConfiguration(world: World, order: Order, region: string, at: number): void {
  const id = newId();
  wiil(world).configurations.push({
    id, account: order.account, generation: order.generation, phoneNumber: order.phoneNumber,
    providerPhoneNumberId: newId(), phoneRequestId: order.id, friendlyName: order.friendlyName, price: order.price, region,
    countryCode: order.countryCode, numberType: order.numberType, provider: order.provider, markedForRelease: false,
    voiceChannelId: openChannel(world, order, id, "calls", at), smsChannelId: openChannel(world, order, id, "sms", at),
    createdAt: at, updatedAt: at, visibleAt: at + wiilOptions(world).configurationDelayMs, renewAt: nextMonth(at),
  });
}

/** Gives a number up: at once, or at the end of its month where the setting says that DELETE only marks it. */
export function release(world: World, configuration: PhoneConfiguration): void {
  if (configuration.markedForRelease) return;
  const at = worldNow(world);
  recordRelease(world, accountNamed(world, "wiil", configuration.account), configuration.phoneNumber, at);
  if (wiilOptions(world).release === "immediate") return drop(world, configuration);
  configuration.markedForRelease = true;
  configuration.updatedAt = at;
}

function drop(world: World, configuration: PhoneConfiguration): void {
  closeChannels(world, configuration.id);
  const state = wiil(world);
  state.configurations = state.configurations.filter((item) => item !== configuration);
}

/** The end of a month: the next one is charged, or a marked number goes. The contract says nothing of a lack of credits here: the balance goes below zero. */
export function nextRenewal(world: World): DueEvent | undefined {
  let first: PhoneConfiguration | undefined;
  for (const item of wiil(world).configurations) if (!first || item.renewAt < first.renewAt) first = item;
  if (!first) return undefined;
  const configuration = first;
  const at = configuration.renewAt;
  return {
    at,
    run: () => {
      if (configuration.markedForRelease) return drop(world, configuration);
      charge(world, accountNamed(world, "wiil", configuration.account), "renewal", configuration.phoneNumber, configuration.price, at);
      configuration.renewAt = nextMonth(at, configuration.createdAt);
    },
  };
}

export function ownedConfigurations(world: World): OwnedNumber[] {
  return wiil(world).configurations.filter((item) => !item.markedForRelease).map((item) => ({
    platform: "wiil", account: item.account, number: item.phoneNumber, id: item.id, name: item.friendlyName ?? "", status: "ACTIVE",
    purchasedAt: iso(item.createdAt), requestId: item.phoneRequestId, voiceChannelId: item.voiceChannelId, smsChannelId: item.smsChannelId,
    renewsAt: iso(item.renewAt),
  }));
}

/** PhoneConfiguration [CORE phone-config.schema.ts]. */
function configurationView(world: World, item: PhoneConfiguration): object {
  return {
    id: item.id,
    phoneNumber: item.phoneNumber,
    providerPhoneNumberId: item.providerPhoneNumberId,
    phoneRequestId: item.phoneRequestId,
    friendlyName: item.friendlyName,
    regionId: item.region ? `${item.countryCode}-${item.region}`.toLowerCase() : null,
    monthlyPrice: amountNumber(item.price),
    regionOrCountryName: [item.region, countries[item.countryCode]].filter(Boolean).join(", "),
    countryCode: item.countryCode,
    providerType: enumValue(world, item.generation, item.provider),
    isImported: false,
    status: "ACTIVE",
    isPorted: false,
    markedForRelease: item.markedForRelease,
    metadata: {},
    voiceChannelId: item.voiceChannelId,
    smsChannelId: item.smsChannelId,
    voiceChannel: channelWithDeployment(world, item.voiceChannelId),
    smsChannel: channelWithDeployment(world, item.smsChannelId),
    isUSSMSPermitted: false,
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
  };
}
