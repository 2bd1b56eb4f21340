/**
 * A policy pack: `pulumi preview --policy-pack examples/policy-pack`. Change what is asked for here, or without touching the pack:
 * `--policy-pack-config config.json`, with `{ "telephony-countries": { "countries": ["DE"] }, "telephony-linked": "advisory" }`.
 */
import { PolicyPack } from "@pulumi/policy";
import { telephonyPolicies } from "pulumi-telephony/policy";

new PolicyPack("telephony", {
  policies: telephonyPolicies({
    countries: ["US", "CA", "GB", "DE"],
    types: ["local", "toll-free", "mobile", "virtual"],
    monthlyBudget: "50.00 USD",
    requireLinked: true,
    protectIn: ["prod"],
  }),
});
