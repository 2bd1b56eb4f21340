/**
 * A component of one's own: what a platform team writes once, so that every other team gets a line by saying what callers hear.
 * Moving resources into a component changes their URNs: give them `aliases`, or other numbers are bought (README.md, limits).
 */
import * as pulumi from "@pulumi/pulumi";
import { SupportLine } from "./support-line";

const production = pulumi.getStack() === "production";

export const billing = new SupportLine("billing", { greeting: "This is billing. Please hold.", production }).number;
export const shipping = new SupportLine("shipping", { greeting: "This is shipping. Please hold.", production }).number;
