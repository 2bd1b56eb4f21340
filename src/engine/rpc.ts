/** gRPC as `@pulumi/pulumi` sets it up: plain text over the loopback, messages of up to 400 MB. */
import * as grpc from "@grpc/grpc-js";

export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 400 << 20,
  "grpc.max_send_message_length": 400 << 20,
};

/** An error that reaches the other side with this code. */
export function statusError(code: grpc.status, details: string): grpc.ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new grpc.Metadata() });
}

/** A unary handler out of a function. */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => callback(null, response),
        // A file system's error has a code of another kind.
        ({ code, details, message }: Error & { code?: unknown; details?: string }) =>
          callback({ code: typeof code === "number" ? code : grpc.status.UNKNOWN, details: details ?? message }),
      );
  };
}

/** Starts a server on a free port of the loopback and tells its address. */
export function listen(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    ),
  );
}
