/**
 * Numbers that were bought by hand come under Pulumi, without a call that costs and without a moment in which they don't answer.
 *
 *     pulumi config set --path 'numbers.hotline.platform' voipbin
 *     pulumi config set --path 'numbers.hotline.number' +18005551234
 *     pulumi up
 *
 * A number that the account doesn't own is refused, and not bought: `maxMonthlyPrice` of nothing sees to it. `deletionProtection` and
 * `onDelete: "retain"` keep the numbers, whatever becomes of this program. Loosen them when you trust it.
 *
 * For a whole account there is `npx telephony adopt`: it writes such a program with all numbers, links, assistants and flows, and the
 * file for `pulumi import`.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

const existing = new pulumi.Config().requireObject<Record<string, { platform: telephony.PlatformName; number: string }>>("numbers");

export const numbers = Object.fromEntries(
  Object.entries(existing).map(([name, { platform, number }]) => [
    name,
    new telephony.PhoneNumber(name, {
      ...{ platform, number, name },
      adopt: true,
      maxMonthlyPrice: { amount: "0", currency: "USD" },
      deletionProtection: true,
      onDelete: "retain",
    }).status,
  ]),
);
