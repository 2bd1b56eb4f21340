/** `telephony regions`: where the platforms sell numbers, in their own words. */
import { PlatformError } from "../../http/index.js";
import { type Column, table } from "../table.js";
import { askAll, type Common, NotOffered, onePerPlatform, run } from "./ask.js";
import { assertCarrier } from "./search.js";

export interface RegionsOptions extends Common {
  carrier?: string;
}

const COLUMNS: Column[] = [{ title: "Platform" }, { title: "Id" }, { title: "Region", atLeast: 12 }];

export const regions = (options: RegionsOptions) =>
  run(options, async (scope) => {
    const { carrier } = options;
    const accounts = onePerPlatform(scope.accounts, options);
    const { answers, skipped, failures } = await askAll({ ...scope, accounts }, (platform) => {
      assertCarrier(platform.name, carrier);
      return platform.regions({ carrier }, {}).catch((error: unknown) => {
        // A platform that has no such list says so without a call.
        throw error instanceof PlatformError ? error : new NotOffered((error as Error).message, { cause: error });
      });
    });
    const rows = answers.flatMap(({ account: { platform }, value }) => value.map((region) => ({ platform, ...region })));
    return {
      json: { regions: rows },
      lines: rows.length > 0 ? table(COLUMNS, rows.map(({ platform, regionId, regionName }) => [platform, regionId, regionName === regionId ? "" : regionName])) : ["There are none."],
      skipped,
      failures,
    };
  });
