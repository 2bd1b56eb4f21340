import { createRequire } from "node:module";

/**
 * gRPC as @pulumi/pulumi sees it. Its generated clients accept only credentials made by their own copy of the library, and a
 * package manager may install two.
 */
export const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
