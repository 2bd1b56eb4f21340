// A process that draws from a pool: run by processes.test.ts, and killed there in the middle.
import { Pool } from "pulumi-telephony/pool";

const [database = "", patience = "30s", ...holders] = process.argv.slice(2);

async function main() {
  const pool = await Pool.connect({ database, pool: "shops", patience });
  for (const holder of holders) process.send!({ holder, number: (await pool.assign(holder)).number });
  if (holders.length > 0) await pool.close();
  else process.send!({ ready: true }); // and goes on, holding what it holds
}

main().then(
  () => holders.length > 0 && process.disconnect(),
  (error: Error) => process.send!({ failed: error.message }, () => process.exit(1)),
);
