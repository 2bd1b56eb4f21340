/** Where the sandbox's numbers come from: blocks of real numbering plans, 8,000 local ones in the US, so that a pool of thousands can be filled. */

export type NumberType = "local" | "toll-free" | "mobile";

/** A run of numbers that share a prefix. */
export interface Block {
  country: string;
  type: NumberType;
  /** E.164 up to the digits that count. */
  prefix: string;
  /** How many digits follow the prefix and the platform's own digit. */
  digits: number;
  /** Area or network code. A toll-free one outside the NANP keeps its trunk 0, or it would pass for +1 800. */
  areaCode: string;
  /** State, province or the like; empty where the number is tied to no place. */
  region: string;
  city: string;
  postalCode: string;
  size: number;
}

export const countries: Record<string, string> = {
  US: "United States", CA: "Canada", GB: "United Kingdom", DE: "Germany", FR: "France", NL: "Netherlands",
  ES: "Spain", IT: "Italy", IE: "Ireland", SE: "Sweden", CH: "Switzerland", AU: "Australia", JP: "Japan", BR: "Brazil",
};

function nanp(country: "US" | "CA", areaCode: string, exchange: string, region: string, city: string, postalCode: string, size = 1_000): Block {
  return { country, type: "local", prefix: `+1${areaCode}${exchange}`, digits: 4, areaCode, region, city, postalCode, size };
}

function tollFree(country: string, prefix: string, areaCode: string, digits: number, size = 60): Block {
  return { country, type: "toll-free", prefix, digits, areaCode, region: "", city: "", postalCode: "", size };
}

function geographic(country: string, prefix: string, areaCode: string, digits: number, region: string, city: string, postalCode: string): Block {
  return { country, type: "local", prefix, digits, areaCode, region, city, postalCode, size: 60 };
}

function mobile(country: string, prefix: string, areaCode: string, digits: number): Block {
  return { country, type: "mobile", prefix, digits, areaCode, region: "", city: "", postalCode: "", size: 40 };
}

/** NANP exchanges stop one digit short: the digit that tells the platforms apart completes them. */
export const blocks: Block[] = [
  nanp("US", "212", "23", "NY", "New York", "10001"),
  nanp("US", "415", "23", "CA", "San Francisco", "94102"),
  nanp("US", "206", "23", "WA", "Seattle", "98101"),
  nanp("US", "310", "23", "CA", "Los Angeles", "90024"),
  nanp("US", "312", "23", "IL", "Chicago", "60601"),
  nanp("US", "512", "23", "TX", "Austin", "78701"),
  nanp("US", "617", "23", "MA", "Boston", "02108"),
  nanp("US", "305", "23", "FL", "Miami", "33130"),
  tollFree("US", "+180023", "800", 4),
  tollFree("US", "+188823", "888", 4),
  tollFree("US", "+187723", "877", 4),
  nanp("CA", "416", "23", "ON", "Toronto", "M5H"),
  nanp("CA", "604", "23", "BC", "Vancouver", "V6B"),
  nanp("CA", "514", "23", "QC", "Montreal", "H2Y"),
  geographic("GB", "+4420794", "20", 4, "England", "London", "SW1A"),
  geographic("GB", "+44161234", "161", 3, "England", "Manchester", "M1"),
  tollFree("GB", "+44800123", "0800", 3),
  mobile("GB", "+447400", "7400", 5),
  geographic("DE", "+49302312", "30", 3, "Berlin", "Berlin", "10115"),
  geographic("DE", "+49892312", "89", 3, "Bayern", "Munich", "80331"),
  tollFree("DE", "+49800123", "0800", 3),
  mobile("DE", "+4915123", "151", 5),
  geographic("FR", "+3314020", "1", 3, "Île-de-France", "Paris", "75001"),
  mobile("FR", "+336123", "6", 4),
  tollFree("FR", "+33800", "0800", 5),
  geographic("NL", "+3120123", "20", 3, "Noord-Holland", "Amsterdam", "1012"),
  mobile("NL", "+316123", "6", 4),
  geographic("ES", "+3491012", "91", 3, "Madrid", "Madrid", "28001"),
  mobile("ES", "+346123", "6", 4),
  geographic("IT", "+390612", "06", 4, "Lazio", "Rome", "00184"),
  mobile("IT", "+393312", "331", 5),
  geographic("IE", "+35318", "1", 5, "Leinster", "Dublin", "D01"),
  mobile("IE", "+35385", "85", 6),
  geographic("SE", "+4687", "8", 5, "Stockholm", "Stockholm", "111 20"),
  mobile("SE", "+4670", "70", 6),
  geographic("CH", "+41443", "44", 5, "Zürich", "Zürich", "8001"),
  mobile("CH", "+4178", "78", 6),
  geographic("AU", "+6128", "2", 6, "NSW", "Sydney", "2000"),
  mobile("AU", "+61412", "412", 5),
  tollFree("AU", "+611800", "1800", 5),
  geographic("JP", "+8133", "3", 6, "Tokyo", "Tokyo", "100-0001"),
  mobile("JP", "+8180", "80", 7),
  geographic("BR", "+551131", "11", 5, "SP", "São Paulo", "01001-000"),
  mobile("BR", "+5511912", "11", 5),
];

/** Blocks that only one platform has. */
export const ownBlocks: Record<string, Block[]> = {
  // The area codes of Vapi's own hint, so that whoever follows it gets a number.
  vapi: [
    nanp("US", "562", "23", "CA", "Long Beach", "90802"),
    nanp("US", "662", "23", "MS", "Tupelo", "38801"),
    nanp("US", "716", "23", "NY", "Buffalo", "14202"),
  ],
};

/** What the user's documents name: each must be on offer although libphonenumber knows some as unassigned (+1 555 …). */
export const seeded: Record<string, { number: string; block: Omit<Block, "prefix" | "digits" | "size"> & { carrier?: string } }[]> = {
  wiil: [
    // [seed 001], [seed 004]
    { number: "+12125551234", block: { country: "US", type: "local", areaCode: "212", region: "NY", city: "New York", postalCode: "10001" } },
  ],
  voipbin: [
    // [seed 002]
    { number: "+15551234567", block: { country: "US", type: "local", areaCode: "555", region: "California", city: "San Francisco", postalCode: "94102" } },
    { number: "+15551234568", block: { country: "US", type: "local", areaCode: "555", region: "California", city: "Los Angeles", postalCode: "90012" } },
    { number: "+18005551234", block: { country: "US", type: "toll-free", areaCode: "800", region: "", city: "", postalCode: "" } },
  ],
  burki: [
    // [DOCS phone-numbers/purchase]
    { number: "+14155551234", block: { country: "US", type: "local", areaCode: "415", region: "CA", city: "San Francisco", postalCode: "94102", carrier: "telnyx" } },
  ],
};
