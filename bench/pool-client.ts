/** One process of bench/pool.ts, with several clients: each draws a number for one holder after the other, and says what it got. */
import pg from "pg";
import { Pool } from "../src/pool/index.js";

export interface Task {
  url: string;
  form: Form;
  clients: number;
  holders: string[];
}
/** `pool` is Pool.assign; `plain` is the textbook's transaction around SELECT … FOR UPDATE. */
export type Form = "pool" | "plain";
export type Answer = { ready: true } | { holder: string; number: string } | { failed: string };

interface Client {
  draw: (holder: string) => Promise<string>;
  close: () => Promise<void>;
}

async function openPool({ url, clients }: Task): Promise<Client> {
  const pool = await Pool.connect({ database: url, pool: "bench", connections: clients, patience: "60s" });
  return { draw: async (holder) => (await pool.assign(holder)).number, close: () => pool.close() };
}

function openPlain({ url, clients }: Task): Client {
  const connections = new pg.Pool({ connectionString: url, max: clients });
  const draw = async (holder: string) => {
    const client = await connections.connect();
    try {
      await client.query("BEGIN");
      const { rows } = await client.query<{ id: string; phone_number: string }>(
        "SELECT id, phone_number FROM phone_number_pool WHERE pool = 'bench' AND status = 'available' ORDER BY cooldown_until, id LIMIT 1 FOR UPDATE",
      );
      await client.query("UPDATE phone_number_pool SET status = 'assigned', assigned_to = $2, assigned_at = now() WHERE id = $1", [rows[0]!.id, holder]);
      await client.query("COMMIT");
      return rows[0]!.phone_number;
    } finally {
      client.release();
    }
  };
  return { draw, close: () => connections.end() };
}

const send = (answer: Answer) => process.send!(answer);

process.once("message", (task: Task) => {
  void (async () => {
    const { draw, close } = task.form === "pool" ? await openPool(task) : openPlain(task);
    send({ ready: true });
    await new Promise((resolve) => process.once("message", resolve));
    const holders = task.holders[Symbol.iterator]();
    const client = async () => {
      for (const holder of holders) send({ holder, number: await draw(holder) });
    };
    await Promise.all(Array.from({ length: task.clients }, client));
    await close();
    process.disconnect();
  })().catch((error: Error) => {
    process.send!({ failed: error.message } satisfies Answer, () => process.exit(1));
  });
});
