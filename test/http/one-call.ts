// A script that makes calls and ends without closing anything: run as a child process by process.test.ts.
import { httpClient, PlatformError } from "../../src/http/index.js";

const [url = "", key = ""] = process.argv.slice(2);
const client = httpClient({ platform: "voipbin", baseUrl: url, auth: { query: "accesskey", value: key }, attempts: 1, timeoutMs: 5_000 });

async function main() {
  await client.request({ method: "GET", path: "/numbers" });
  await client.request({ method: "POST", path: "/numbers", body: {} });
  console.log("done");
}

main().catch((e: unknown) => {
  console.log(e instanceof PlatformError ? `${e.kind}: ${e.message}` : e);
});
