/**
 * HTTP to the platforms: deadlines, repeats, rate limits, redaction. The only place that opens a socket to a platform.
 *
 * A call is "safe" (may be repeated) or goes out "once" (spends money or creates). What happens after:
 *
 * |                                                        | safe     | once                   |
 * |--------------------------------------------------------|----------|------------------------|
 * | no connection (refused, no such host, connect timeout) | repeated | repeated: nothing sent |
 * | timeout, reset, dropped connection                     | repeated | ambiguous              |
 * | 408, 500, 502, 503, 504, 520 to 524                    | repeated | ambiguous              |
 * | 425                                                    | repeated | fails                  |
 * | 429                                                    | repeated | repeated, unless `repeatOn429: false` (ambiguous) |
 * | 2xx with an empty, truncated or HTML body              | repeated | ambiguous              |
 * | other 5xx, 3xx                                         | fails    | ambiguous              |
 * | other 4xx                                              | fails    | fails                  |
 *
 * "Ambiguous": fails with `PlatformError.ambiguous`, after which the caller looks before it tries again.
 */
export { httpClient, isBaseUrl } from "./client.js";
export type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse } from "./client.js";
export { isNotFound, malformed, PlatformError } from "./error.js";
export type { AnsweredCall, ErrorKind, HttpCall, ShapeIssue } from "./error.js";
export { redact } from "./redact.js";
export { prepare } from "./send.js";
