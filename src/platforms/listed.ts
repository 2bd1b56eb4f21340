import type { NumberRecord, OnPage } from "./platform.js";

/**
 * Lists numbers, and makes our records of them once: as their page comes. What stands on two pages is one.
 *
 * @param list a platform's own listing, page by page
 * @param toRecords what of a page can be told by it
 */
export async function listed<T>(list: (onPage: OnPage<T>) => Promise<unknown>, toRecords: (page: readonly T[]) => NumberRecord[], onPage: OnPage<NumberRecord> = () => true): Promise<NumberRecord[]> {
  const all = new Map<string, NumberRecord>();
  await list((page) => {
    const records = toRecords(page);
    for (const record of records) all.set(record.platformId, record);
    return onPage(records);
  });
  return [...all.values()];
}
