/**
 * What a number of WIIL costs: the price list, what is on offer, and the purchase under a limit.
 *
 * `pulumi preview` tells prices and offers, and buys nothing. `pulumi config set limit 1.50` and `pulumi up` buy the first number
 * on offer, if it costs no more than that a month. `country` and `type` ("local", "toll-free", "mobile") choose what is looked for.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const config = new pulumi.Config();
const country = config.get("country") ?? "US";
const type = config.get<telephony.NumberType>("type") ?? "local";
const limit = config.get("limit"); // US dollars a month, for example "1.50"

export = async () => {
  // By country and type, with the tiers behind each price.
  const prices = await telephony.getPrices({ platform: "wiil", country });

  // What is on offer just now: place, capabilities, LATA and rate centre, and the price of each number.
  const offered = await telephony.searchNumbers({ platform: "wiil", country, type, limit: 3 });

  const line =
    limit === undefined
      ? undefined
      : new telephony.PhoneNumber("line", {
          platform: "wiil",
          search: { country, type },
          name: "Main Support Line",
          maxMonthlyPrice: { amount: limit, currency: "USD" }, // looked at before anything is bought
        });

  return {
    prices,
    offered,
    number: line?.number,
    monthlyPrice: line?.monthlyPrice,
    purchase: line?.purchase, // what was charged, and when
  };
};
