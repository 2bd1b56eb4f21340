/**
 * What the program side uses of Pulumi's SDK, from the files that hold it. `@pulumi/pulumi` as a whole brings TypeScript, npm's
 * dependency resolver and the Automation API with it: four fifths of the time that it takes to load. The files are the same ones, so
 * a class that a program imports from `@pulumi/pulumi` is the same class here.
 */
export { Config } from "@pulumi/pulumi/config.js";
export { ResourceError } from "@pulumi/pulumi/errors.js";
export * as log from "@pulumi/pulumi/log/index.js";
export { getOrganization, getProject, getStack } from "@pulumi/pulumi/metadata.js";
export { all, interpolate, Output, output, secret } from "@pulumi/pulumi/output.js";
export { ComponentResource, createUrn, CustomResource, ProviderResource, Resource } from "@pulumi/pulumi/resource.js";
export { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
export { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
export { getStackResource } from "@pulumi/pulumi/runtime/stack.js";

// Statements of their own, not `type` in the lists above: Pulumi's TypeScript 3.8 reads these declarations.
export type { Input } from "@pulumi/pulumi/output.js";
export type { Alias, ComponentResourceOptions, CustomResourceOptions, ID, ResourceOptions } from "@pulumi/pulumi/resource.js";
