import { isNotFound, PlatformError, type ErrorKind } from "../../http/index.js";

export function orUndefined(e: unknown): undefined {
  if (isNotFound(e)) return undefined;
  throw e;
}

/** The same error with another kind, or with advice that fits better than that of its kind. */
export function reworded(e: PlatformError, { kind = e.kind, remedy }: { kind?: ErrorKind; remedy?: string }): PlatformError {
  const { platform, method, path, status, code, platformMessage, requestId, ambiguous, retryAfterMs } = e;
  return new PlatformError({
    call: { platform, platformName: "Vapi", method, path, repeat: method === "POST" ? "once" : "safe" },
    kind,
    ambiguous,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(platformMessage === undefined ? {} : { platformMessage }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(remedy === undefined ? {} : { remedy }),
    cause: e,
  });
}
