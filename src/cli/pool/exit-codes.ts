export const EXIT = { wrong: 1, refused: 2, empty: 3, database: 4, platform: 5 } as const;

/** Shown by --help; README.md has the same. */
export const EXIT_CODES = `
Exit codes:
  0  done, or there was nothing to do
  1  wrong arguments, or something unexpected
  2  refused: a number that is assigned, reserved, unknown, not owned or in
     another pool; a pool that does not exist
  3  the pool has nothing to give; with status --check, it is low
  4  the database can't be reached, or refuses
  5  the platform can't be reached, or refuses: the number stays as it was`;
