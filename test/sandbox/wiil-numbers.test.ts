/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- a test reads whatever JSON came */
import { expect } from "chai";
import { buyOnWiil, makeAgentOnWiil, start, type TestSandbox } from "./helpers";

const seedNumber = "+12125551234";

describe("sandbox: WIIL, numbers, channels and deployments", () => {
  let s: TestSandbox;
  let config: any;
  beforeEach(async () => {
    s = await start();
    config = await buyOnWiil(s, seedNumber, "Support");
  });
  afterEach(() => s.sandbox.close());

  describe("phone configurations", () => {
    it("are read by id, by number and in a list", async () => {
      expect(config).to.include({
        phoneNumber: seedNumber, friendlyName: "Support", status: "ACTIVE", providerType: "signal-wire", countryCode: "US", monthlyPrice: 1.5,
        isImported: false, isPorted: false, markedForRelease: false, isUSSMSPermitted: false,
      });
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).json.data).to.deep.equal(config);
      const list = (await s.wiil("GET", "/phone-configurations?page=1&pageSize=1")).json.data;
      expect(list.data).to.deep.equal([config]);
      expect(list.meta).to.deep.equal({ page: 1, pageSize: 1, totalCount: 1, totalPages: 1, hasNextPage: false, hasPreviousPage: false });
      expect((await s.wiil("GET", "/phone-configurations/nosuchid")).status).to.equal(404);
    });

    it("are sorted as asked", async () => {
      await buyOnWiil(s, (await s.wiil("GET", "/phone-configurations/telephony-provider/numbers?areaCode=415")).json.data.data[0].phoneNumber as string, "Airport");
      const names = async (query: string) => ((await s.wiil("GET", `/phone-configurations?${query}`)).json.data.data as any[]).map((item) => item.friendlyName);
      expect(await names("sortBy=friendlyName")).to.deep.equal(["Airport", "Support"]);
      expect(await names("sortBy=friendlyName&sortDirection=desc")).to.deep.equal(["Support", "Airport"]);
      expect(await names("sortBy=createdAt&sortDirection=desc")).to.deep.equal(["Airport", "Support"]);
    });

    it("change their name by a PATCH with the id in the body, and nothing else", async () => {
      const changed = await s.wiil("PATCH", "/phone-configurations", { id: config.id, friendlyName: "Sales", status: "INACTIVE" });
      expect(changed.json.data).to.include({ friendlyName: "Sales", status: "ACTIVE" });
      expect((await s.wiil("PATCH", "/phone-configurations", { id: config.id, friendlyName: null })).json.data.friendlyName).to.equal(null);
      expect((await s.wiil("PATCH", "/phone-configurations", { id: config.id })).status).to.equal(400);
      expect((await s.wiil("PATCH", "/phone-configurations", { id: "nosuchid", friendlyName: "x" })).status).to.equal(404);
    });

    it("are deleted once: gone, in the ledger, on offer again", async () => {
      const deleted = await s.wiil("DELETE", `/phone-configurations/${config.id}`);
      expect(deleted.status).to.equal(200);
      expect(deleted.json.data).to.equal(true);
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).status).to.equal(404);
      expect((await s.wiil("DELETE", `/phone-configurations/${config.id}`)).status).to.equal(404);
      expect((await s.wiil("GET", "/deployment-channels")).json.data.data).to.deep.equal([]);
      expect((await s.ledger()).map(({ kind, amount }) => `${kind} ${amount}`)).to.deep.equal(["purchase 1.50", "release 0.00"]);
      expect((await s.wiil("GET", "/phone-configurations/telephony-provider/numbers?contains=5551234")).json.data.data).to.have.length(1);
    });

    it("are only marked by DELETE where the setting says so, and go when their month ends", async () => {
      await s.control("POST", "/settings", { wiil: { release: "marked" } });
      for (let i = 0; i < 2; i++) expect((await s.wiil("DELETE", `/phone-configurations/${config.id}`)).json.data).to.equal(true);
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).json.data.markedForRelease).to.equal(true);
      expect((await s.control("GET", "/numbers")).json).to.deep.equal([]);
      await s.advance("31d");
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).status).to.equal(404);
      expect((await s.ledger()).map(({ kind }) => kind)).to.deep.equal(["purchase", "release"]);
    });
  });

  describe("deployment channels", () => {
    it("appear with the number: one for calls, one for SMS", async () => {
      const channels = (await s.wiil("GET", "/deployment-channels")).json.data.data as any[];
      expect(channels.map((item) => [item.id, item.deploymentType])).to.deep.equal([[config.voiceChannelId, "calls"], [config.smsChannelId, "sms"]]);
      const voice = (await s.wiil("GET", `/deployment-channels/${config.voiceChannelId}`)).json.data;
      expect(voice).to.deep.include({ channelIdentifier: seedNumber, recordingEnabled: true, configuration: { phoneConfigurationId: config.id } });
      expect((await s.wiil("GET", "/deployment-channels/nosuchid")).status).to.equal(404);
    });

    it("are found by identifier and type", async () => {
      const find = (query: string) => s.wiil("GET", `/deployment-channels/by-identifier/${encodeURIComponent(seedNumber)}${query}`);
      expect((await find("?type=calls")).json.data.id).to.equal(config.voiceChannelId);
      expect((await find("?type=SMS")).json.data.id).to.equal(config.smsChannelId);
      expect((await find("?type=web")).status).to.equal(404);
      expect((await find("?type=pigeon")).status).to.equal(400);
      expect((await s.wiil("GET", "/deployment-channels/by-type/sms")).json.data.data).to.have.length(1);
    });

    it("of a number can't be made by hand, others can", async () => {
      const create = (deploymentType: string, channelIdentifier = "https://example.com") =>
        s.wiil("POST", "/deployment-channels", { deploymentType, channelIdentifier, configuration: { communicationType: "unified" } });
      expect((await create("calls", seedNumber)).status).to.equal(400);
      const web = await create("web");
      expect(web.status).to.equal(201);
      const again = await create("web");
      expect(again.status).to.equal(409);
      expect(again.json.message).to.equal("Channel identifier already in use");
      expect((await s.wiil("DELETE", `/deployment-channels/${web.json.data.id}`)).json.data).to.equal(true);
    });

    it("change their name and recording, and not their number", async () => {
      const patch = (body: object) => s.wiil("PATCH", "/deployment-channels", { id: config.voiceChannelId, ...body });
      expect((await patch({ channelName: "Front desk", recordingEnabled: false })).json.data).to.include({ channelName: "Front desk", recordingEnabled: false });
      expect((await patch({ channelIdentifier: "+12125559999" })).status).to.equal(400);
    });

    it("are deleted alone, or with their number", async () => {
      await s.wiil("DELETE", `/deployment-channels/${config.smsChannelId}`);
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).json.data).to.include({ smsChannelId: null, smsChannel: null });
      await s.wiil("DELETE", `/deployment-channels/${config.voiceChannelId}?deletePhoneConfig=true`);
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).status).to.equal(404);
      expect((await s.ledger()).map(({ kind }) => kind)).to.deep.equal(["purchase", "release"]);
    });
  });

  describe("deployments", () => {
    let agent: string;
    let instruction: string;
    beforeEach(async () => {
      ({ agent, instruction } = await makeAgentOnWiil(s));
    });
    const deployment = (channel: string) => ({
      projectId: "project1", deploymentChannelId: channel, agentConfigurationId: agent, instructionConfigurationId: instruction,
      deploymentName: "Reception", deploymentStatus: "PENDING", provisioningType: "DIRECT",
    });

    it("stand one to a channel, and show in the phone configuration", async () => {
      expect(config.voiceChannel.deployment).to.equal(null);
      const created = await s.wiil("POST", "/deployment-configurations", deployment(config.voiceChannelId as string));
      expect(created.status).to.equal(201);
      const { data } = created.json;
      expect(data).to.include({ isActive: false, deploymentStatus: "pending", provisioningType: "direct", deploymentName: "Reception" });
      expect((await s.wiil("POST", "/deployment-configurations", deployment(config.voiceChannelId as string))).status).to.equal(409);
      expect((await s.wiil("GET", `/deployment-configurations/by-channel/${config.voiceChannelId}`)).json.data).to.deep.equal(data);
      expect((await s.wiil("GET", `/deployment-configurations/${data.id}`)).json.data).to.deep.equal(data);
      for (const route of ["by-project/project1", `by-agent/${agent}`, `by-instruction/${instruction}`]) {
        expect((await s.wiil("GET", `/deployment-configurations/${route}`)).json.data.data, route).to.deep.equal([data]);
      }
      expect((await s.wiil("GET", `/phone-configurations/${config.id}`)).json.data.voiceChannel.deployment).to.deep.equal(data);
    });

    it("are pointed elsewhere in place, and deleted", async () => {
      const { id } = (await s.wiil("POST", "/deployment-configurations", deployment(config.voiceChannelId as string))).json.data;
      const other = await makeAgentOnWiil(s, "Riley");
      const changed = await s.wiil("PATCH", "/deployment-configurations", { id, agentConfigurationId: other.agent, isActive: true });
      expect(changed.json.data).to.include({ agentConfigurationId: other.agent, instructionConfigurationId: instruction, isActive: true, deploymentName: "Reception" });
      expect((await s.wiil("PATCH", "/deployment-configurations", { id, deploymentChannelId: config.smsChannelId })).json.data.deploymentChannelId).to.equal(config.smsChannelId);
      const refused = await s.wiil("DELETE", `/deployment-configurations/${id}`);
      expect([refused.status, refused.json.message]).to.deep.equal([409, "Cannot delete active deployment"]);
      await s.wiil("PATCH", "/deployment-configurations", { id, isActive: false });
      expect((await s.wiil("DELETE", `/deployment-configurations/${id}`)).json.data).to.equal(true);
      expect((await s.wiil("GET", `/deployment-configurations/${id}`)).status).to.equal(404);
    });

    it("need an existing channel, agent and instruction, and their required fields", async () => {
      const post = (changes: object) => s.wiil("POST", "/deployment-configurations", { ...deployment(config.voiceChannelId as string), ...changes });
      const refusals = {
        deploymentChannelId: "Deployment channel not found", agentConfigurationId: "Agent configuration not found",
        instructionConfigurationId: "Instruction configuration not found",
      };
      for (const [field, message] of Object.entries(refusals)) {
        const answer = await post({ [field]: "nosuchid" });
        expect([answer.status, answer.json.message]).to.deep.equal([404, message]);
      }
      expect((await post({ provisioningType: "CHAINED" })).json.message).to.match(/provisioningConfigChainId is required/);
      const { id } = (await post({})).json.data;
      expect((await s.wiil("PATCH", "/deployment-configurations", { id, agentConfigurationId: "nosuchid" })).status).to.equal(404);
      const answer = await s.wiil("POST", "/deployment-configurations", { projectId: "project1" });
      expect(answer.status).to.equal(400);
      expect(answer.json.meta.issues).to.have.length(3);
    });

    it("go with their number", async () => {
      const { id } = (await s.wiil("POST", "/deployment-configurations", deployment(config.voiceChannelId as string))).json.data;
      await s.wiil("DELETE", `/phone-configurations/${config.id}`);
      expect((await s.wiil("GET", `/deployment-configurations/${id}`)).status).to.equal(404);
    });
  });
});
