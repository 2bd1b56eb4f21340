/**
 * Two accounts of one platform in one program: each brand has its own, with its own key, its own bill and its own numbers.
 *
 *     pulumi config set --secret northKey …
 *     pulumi config set --secret southKey …
 *     pulumi up
 *
 * A resource lives in the account of its `provider`, and never in another. A rotated key updates the provider and no number.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const brands = {
  north: new telephony.Provider("north", { voipbinAccessKey: config.requireSecret("northKey") }),
  south: new telephony.Provider("south", { voipbinAccessKey: config.requireSecret("southKey") }),
};

export const numbers = Object.fromEntries(
  Object.entries(brands).map(([brand, provider]) => {
    const number = new telephony.PhoneNumber(brand, { platform: "voipbin", search: { country: "US", type: "toll-free" }, name: `Hotline ${brand}` }, { provider });
    const flow = new telephony.CallFlow(
      brand,
      { platform: "voipbin", actions: [{ type: "answer" }, { type: "talk", option: { text: `Welcome to ${brand}`, language: "en-US" } }] },
      { provider },
    );
    new telephony.CallFlowBinding(brand, { phoneNumber: number, callFlow: flow.id }, { provider });
    return [brand, number.number];
  }),
);
