import path from "node:path";
import { expect } from "chai";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { PROVIDER_STUB } from "../../src/resources/resource.js";
import { type ProgramOptions, record, type Recording, type Registration } from "./monitor.js";

const program = path.join(__dirname, "program.mjs");

const CONFIG = { "telephony:wiilApiKey": "secret-key-in-config", "telephony:voipbinUrl": "https://in-config.test/v1.0" };
const ENVIRONMENT = { VOIPBIN_ACCESS_KEY: "secret-key-in-environment", WIIL_URL: "https://in-environment.test/v1" };
const KEYS = ["secret-key-in-config", "secret-key-in-environment"];
const ADDRESSES = ["https://in-config.test/v1.0", "https://in-environment.test/v1"];

const ENGINES: Record<string, Pick<ProgramOptions, "features" | "organization">> = {
  "the real CLI": { features: () => true, organization: "acme" },
  "the embedded engine": { features: (f) => ["secrets", "resourceReferences", "deletedWith", "replaceWith", "aliasSpecs"].includes(f) },
};

const TYPES = ["Assistant", "CallFlow", "CallFlowBinding", "NumberSearch", "PhoneNumber", "PhoneNumberLink"] as const;

/** Every field of the request, in a shape that can be compared; where in the program it was made is not of interest. */
function fieldsOf({ request, object }: Registration): Record<string, unknown> {
  const dependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, key) => (dependencies[key] = [...urns.getUrnsList()].sort()));
  const { sourceposition: _position, stacktrace: _trace, ...fields } = request.toObject() as unknown as Record<string, unknown>;
  return {
    ...fields,
    object: { ...object, ...("__provider" in object && { __provider: "<the code>" }) },
    propertydependenciesMap: dependencies,
    dependenciesList: [...request.getDependenciesList()].sort(),
  };
}

const isOurs = ({ request }: Registration) => request.getType().startsWith("pulumi-nodejs:dynamic/telephony:");

for (const [engine, options] of Object.entries(ENGINES)) {
  describe(`what the resources register, as told to ${engine}`, () => {
    let ours: Recording;
    let twin: Recording;
    const find = (urnEnd: string) => ours.registrations.find((r) => r.urn.endsWith(urnEnd))!;
    const object = (urnEnd: string) => find(urnEnd).object;
    const request = (urnEnd: string): RegisterResourceRequest => find(urnEnd).request;

    before(async () => {
      const common = { ...options, config: CONFIG, secretKeys: ["telephony:wiilApiKey"] };
      [ours, twin] = await Promise.all([
        record(program, { ...common, env: ENVIRONMENT }),
        record(program, { ...common, env: { ...ENVIRONMENT, TWIN: "1" } }),
      ]);
    });

    it("is the same set of resources as with pulumi.dynamic.Resource", () => {
      const urns = (of: Recording) => of.registrations.map((r) => r.urn).sort();
      expect(urns(ours)).to.deep.equal(urns(twin));
      expect(urns(ours)).to.have.length(23);
    });

    it("is, field by field, what pulumi.dynamic.Resource registers", () => {
      for (const mine of ours.registrations) {
        const other = twin.registrations.find((r) => r.urn === mine.urn)!;
        expect(fieldsOf(mine), mine.urn).to.deep.equal(fieldsOf(other));
      }
    });

    it("has the constant stub in place of the code, for every type", () => {
      expect(PROVIDER_STUB).to.equal('exports.handler=()=>require("pulumi-telephony/provider");');
      const stubs = ours.registrations.filter(isOurs).map((r) => [r.request.getType(), r.object["__provider"]]);
      expect(new Set(stubs.map(([type]) => type))).to.deep.equal(new Set(TYPES.map((t) => `pulumi-nodejs:dynamic/telephony:${t}`)));
      for (const [type, stub] of stubs) expect(stub, String(type)).to.equal(PROVIDER_STUB);
      // and the twin's is what Pulumi has to write without it
      expect(String(twin.registrations.find(isOurs)!.object["__provider"])).to.have.length.greaterThan(PROVIDER_STUB.length);
    });

    it("says in __urn what the engine computes, below components and resources too", () => {
      for (const made of ours.registrations.filter(isOurs)) expect(made.object["__urn"]).to.equal(made.urn);
      expect(ours.registrations.map((r) => r.urn)).to.include.members([
        "urn:pulumi:dev::shop::acme:shop:Shop$acme:shop:Shop$pulumi-nodejs:dynamic/telephony:CallFlow::desk",
        "urn:pulumi:dev::shop::acme:shop:Shop$acme:shop:Shop$pulumi-nodejs:dynamic/telephony:NumberSearch::desk-search",
        "urn:pulumi:dev::shop::acme:shop:Shop$acme:shop:Shop$pulumi-nodejs:dynamic/telephony:CallFlow$pulumi-nodejs:dynamic/telephony:CallFlow::under-desk",
      ]);
    });

    it("has nothing in the object but the arguments and the hidden keys", () => {
      const hidden = ["__provider", "__urn", ...(options.organization ? ["__org"] : [])];
      const keys = (urnEnd: string) => Object.keys(object(urnEnd)).sort();
      expect(keys("::ivr")).to.deep.equal([...hidden, "actions", "name", "platform"].sort());
      expect(keys("::many")).to.deep.equal([...hidden, "country", "limit", "platform"].sort());
      expect(keys("::flows")).to.deep.equal([...hidden, "__number", "callFlow", "messageFlow", "phoneNumber"].sort());
      expect(keys("::night"), "a number of another stack has no URN").to.deep.equal([...hidden, "callFlow", "phoneNumber", "takeover"].sort());
      expect(keys("::agent")).to.deep.equal([...hidden, "firstMessage", "instruction", "modelId", "platform"].sort());
      expect(keys("::answered")).to.deep.equal([...hidden, "__number", "agent", "channels", "instruction", "phoneNumber", "project"].sort());
      expect(keys("::hotline")).to.deep.equal([...hidden, "__offered", "__search", "name", "platform", "search"].sort());
      expect(keys("::hotline-search")).to.deep.equal([...hidden, "__derived", "country", "platform", "type"].sort());
      expect(keys("::exact")).to.deep.equal([...hidden, "__offered", "__search", "__timeouts", "carrier", "maxMonthlyPrice", "number", "platform", "type"].sort());
      expect(keys("::picked")).to.deep.equal([...hidden, "__kind", "candidates", "deletionProtection", "platform"].sort());
    });

    it("tells the organisation, unless it is the one that every backend without any has", () => {
      expect(object("::ivr")["__org"]).to.equal(options.organization);
    });

    it("holds no key from configuration or environment, and no resource an address", () => {
      for (const key of KEYS) expect(ours.bytes.includes(key), key).to.be.false;
      const sent = JSON.stringify(ours.registrations.filter(isOurs).map(({ object }) => object));
      for (const address of ADDRESSES) expect(sent, address).not.to.include(address);
    });

    it("gives an explicit provider the address that the stack is configured with, and no key that wasn't given", () => {
      expect(object("::emea")).to.include({ "telephony:voipbinUrl": CONFIG["telephony:voipbinUrl"], "telephony:wiilUrl": "https://wiil.test/v1" });
      expect(object("::emea")).not.to.have.property("telephony:voipbinAccessKey");
    });

    it("keeps an explicit provider's key secret, and names the provider at the resource", () => {
      const bag = object("::emea");
      expect(bag["telephony:wiilApiKey"]).to.deep.equal({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "key-of-emea" });
      expect(request("::exact").getProvider()).to.match(/^urn:pulumi:dev::shop::pulumi:providers:pulumi-nodejs::emea::/);
      expect(request("::exact-search").getProvider()).to.equal(request("::exact").getProvider());
      expect(request("::hotline").getProvider()).to.equal("");
    });

    it("knows what each property depends on", () => {
      const on = (urnEnd: string) => fieldsOf(find(urnEnd))["propertydependenciesMap"] as Record<string, string[]>;
      const urn = (urnEnd: string) => find(urnEnd).urn;
      expect(on("::flows")).to.deep.include({ phoneNumber: [urn("::hotline")], callFlow: [urn("::ivr")], messageFlow: [urn("::reply")] });
      expect(on("::hotline")).to.deep.include({ __search: [], __offered: [urn("::hotline-search")] });
      expect(on("::picked")).to.deep.include({ candidates: [urn("::many")] });
      expect(request("::hotline").getDependenciesList()).to.include(urn("::ivr"));
      expect(request("::hotline-search").getDependenciesList()).to.include(urn("::ivr"));
    });

    it("carries aliases to the search that a number makes", () => {
      const aliases = request("::renamed-search").getAliasesList().map((a) => a.getUrn() || a.getSpec()!.getName());
      expect(aliases).to.deep.equal(["old-search", "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/telephony:NumberSearch::older-search"]);
    });

    it("repeats customTimeouts for the provider, which Pulumi doesn't tell", () => {
      expect(object("::exact")["__timeouts"]).to.deep.equal({ create: "5m", delete: "1m" });
      expect(request("::exact").getCustomtimeouts()!.toObject()).to.deep.include({ create: "5m", pb_delete: "1m" });
      expect(object("::hotline")).not.to.have.property("__timeouts");
    });

    it("asks for the old half of a binding and of a link to go first", () => {
      const flows = request("::flows");
      expect([flows.getDeletebeforereplacedefined(), flows.getDeletebeforereplace()]).to.deep.equal([true, true]);
      expect(request("::answered").getDeletebeforereplace()).to.be.true;
      expect(request("::hotline").getDeletebeforereplacedefined()).to.be.false;
    });

    it("refuses `import`, and says what to do instead", () => {
      expect(ours.outputs["refused"]).to.match(/^CallFlow "imported": Pulumi can't import .*adopt: true$/);
      expect(ours.registrations.some((r) => r.urn.endsWith("::imported"))).to.be.false;
    });

    it("leaves its arguments alone: every one of them was frozen", () => {
      expect(ours.errors).to.equal("");
    });
  });
}
