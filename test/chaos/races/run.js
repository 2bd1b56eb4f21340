/**
 * `up` on the embedded engine in a process of its own. One Ctrl-C stops it as `telephony demo` stops, a second one leaves at once;
 * any other signal just ends it.
 */
const { openEngine } = require("pulumi-telephony/testing");

const interrupt = new AbortController();
process.on("SIGINT", () => {
  if (interrupt.signal.aborted) process.exit(130);
  console.log("canceling");
  interrupt.abort();
});

const [options, operation] = process.argv.slice(2).map((text) => JSON.parse(text));
void openEngine({ ...options, onEvent: (event) => console.log(JSON.stringify(event)) })
  .up({ ...operation, signal: interrupt.signal })
  .then(({ ok, diagnostics }) => {
    for (const { severity, message } of diagnostics) console.log(`${severity}: ${message}`);
    process.exitCode = ok ? 0 : 1;
  });
