/**
 * What the app does when a shop installs or removes it. It needs no Pulumi: only the database, and Vapi's key for the link.
 *
 *   DATABASE_URL=postgres://… VAPI_API_KEY=… ASSISTANT_ID=… npx tsx app.ts install shop-42
 *   DATABASE_URL=postgres://… VAPI_API_KEY=… npx tsx app.ts remove shop-42
 */
import { Pool, PoolError } from "pulumi-telephony/pool";

async function main([action, shop]: string[]): Promise<void> {
  if (!shop || (action !== "install" && action !== "remove")) throw new Error("usage: app.ts install|remove SHOP");
  const pool = await Pool.connect({ database: process.env["DATABASE_URL"], pool: "shops" });
  pool.on("low", ({ available }) => console.error(`only ${available} numbers are left`));
  try {
    if (action === "install") {
      const assistant = process.env["ASSISTANT_ID"];
      // A shop that has a number gets the same again: installing twice does no harm.
      const { number } = await pool.assign(shop, { country: "US", areaCode: "415", ...(assistant && { link: { assistant } }) });
      console.log(number);
    } else {
      console.log((await pool.unassign(shop))?.number ?? "nothing to take back");
    }
  } finally {
    await pool.close();
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof PoolError && error.code === "empty" ? "No number is free just now. The pool is being filled up." : error.message);
  process.exitCode = 1;
});
