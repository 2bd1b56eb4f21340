import { expect } from "chai";
import { fill, onEveryDatabase, refused } from "./databases.js";

/** The seed's table, to the letter (seeds/000). */
const SEED = `
  CREATE TABLE shops (id UUID PRIMARY KEY);
  CREATE TABLE phone_number_pool (
     id UUID PRIMARY KEY,
     phone_number TEXT UNIQUE NOT NULL,
     provider TEXT DEFAULT 'vapi',
     status TEXT DEFAULT 'available', -- available, assigned, reserved
     assigned_to_shop_id UUID REFERENCES shops(id),
     assigned_at TIMESTAMP,
     created_at TIMESTAMP DEFAULT NOW()
  );`;

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const [SHOP, OTHER] = [uuid(1), uuid(2)];

onEveryDatabase("the pool's migrations", (bench) => {
  /** The seed's table with rows of every kind. */
  const seed = () =>
    bench.sql(`${SEED}
      INSERT INTO shops VALUES ('${SHOP}'), ('${OTHER}');
      INSERT INTO phone_number_pool (id, phone_number, status, assigned_to_shop_id, assigned_at) VALUES
        ('${uuid(11)}', '+14152361201', 'available', NULL, NULL),
        ('${uuid(12)}', '+14152361202', 'assigned', '${SHOP}', '2025-10-22 12:00'),
        ('${uuid(13)}', '+14152361203', 'assigned', '${SHOP}', '2025-10-23 12:00'),
        ('${uuid(14)}', '+14152361204', 'reserved', NULL, NULL),
        ('${uuid(15)}', '(415) 236-1205', 'available', NULL, NULL),
        ('${uuid(16)}', '+1 415 236 1206', NULL, NULL, NULL),
        ('${uuid(17)}', '+14152361207', 'assigned', NULL, NULL);
      INSERT INTO phone_number_pool (id, phone_number) VALUES ('${uuid(18)}', '+14152361208');`);

  it("takes over the seed's table with every row", async () => {
    await seed();
    const pool = await bench.connect();
    const rows = await pool.list();
    expect(rows.map(({ id, number, status, holder }) => [id, number, status, holder])).to.have.deep.members([
      [uuid(11), "+14152361201", "available", undefined],
      [uuid(12), "+14152361202", "assigned", SHOP],
      [uuid(13), "+14152361203", "assigned", SHOP],
      [uuid(14), "+14152361204", "reserved", undefined],
      [uuid(15), "(415) 236-1205", "available", undefined], // no country code: nobody can say which number it is
      [uuid(16), "+14152361206", "available", undefined],
      [uuid(17), "+14152361207", "assigned", "unknown holder of +14152361207"],
      [uuid(18), "+14152361208", "available", undefined],
    ]);
    expect(rows.find((n) => n.id === uuid(11))).to.include({ platform: "vapi", pool: "shops", country: "US", areaCode: "415" });
    expect((await pool.assign(SHOP)).number).to.equal("+14152361202");
    await pool.unassign(SHOP);
    expect(await pool.list({ holder: SHOP })).to.deep.equal([]);
    expect((await pool.history({ limit: 1_000 })).filter((e) => e.event === "added")).to.have.length(8);
  });

  it("keeps the seed's application going beside it", async () => {
    await seed();
    const pool = await bench.connect();
    const shopOf = async (number: string) => (await bench.sql("SELECT assigned_to_shop_id FROM phone_number_pool WHERE phone_number = $1", [number]))[0]!["assigned_to_shop_id"];
    const { number } = await pool.assign(OTHER);
    expect(await shopOf(number)).to.equal(OTHER);
    await pool.unassign(OTHER);
    expect(await shopOf(number)).to.equal(null);
    const theirs = (await pool.list({ status: "available" })).find((n) => n.number !== number)!.number;
    await bench.sql("UPDATE phone_number_pool SET status = 'assigned', assigned_to_shop_id = $2, assigned_at = now() WHERE phone_number = $1", [theirs, OTHER]);
    expect((await pool.assign(OTHER)).number).to.equal(theirs);
    await bench.sql("INSERT INTO phone_number_pool (id, phone_number) VALUES ($1, $2)", [uuid(19), "+14152361209"]);
    expect((await pool.list({ number: "+14152361209" }))[0]).to.include({ status: "available", pool: "shops" });
    expect((await pool.assign("a holder that is no shop")).holder).to.equal("a holder that is no shop");
  });

  it("changes nothing when it can't take a table over", async () => {
    await seed();
    await bench.sql("UPDATE phone_number_pool SET status = 'ported' WHERE phone_number = '+14152361201'");
    const { code, message } = await refused(bench.connect());
    expect(code).to.equal("migration");
    expect(message).to.include('+14152361201 ("ported")');
    const columns = await bench.sql("SELECT column_name FROM information_schema.columns WHERE table_name = $1", ["phone_number_pool"]);
    expect(columns).to.have.length(7);
    expect(await bench.sql("SELECT 1 FROM phone_number_pool WHERE true = $1", [true])).to.have.length(8);
    await bench.sql("UPDATE phone_number_pool SET status = 'reserved' WHERE status = 'ported'");
    expect(await (await bench.connect()).list()).to.have.length(8);
  });

  it("are made once by many that connect at the same time", async () => {
    await seed();
    const pools = await Promise.all(Array.from({ length: 8 }, () => bench.connect({ connections: 2 })));
    expect(await bench.sql("SELECT version FROM phone_number_pool_migrations WHERE version > $1 ORDER BY 1", [0])).to.deep.equal([{ version: 1 }, { version: 2 }]);
    for (const pool of pools) expect(await pool.list()).to.have.length(8);
  });

  it("are told from those of a newer version", async () => {
    await fill(await bench.connect(), 1);
    await bench.sql("INSERT INTO phone_number_pool_migrations (version) VALUES (99)");
    expect(await refused(bench.connect())).to.deep.include({ code: "migration" }).and.have.property("message").that.includes("newer pulumi-telephony");
  });
});
