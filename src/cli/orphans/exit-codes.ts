export const EXIT = { refused: 2, orphans: 3 } as const;

/** Shown by --help; README.md has the same. */
export const EXIT_CODES = `
Exit codes:
  0  there are no orphans, or all of them were released
  1  wrong arguments, no stack or key given, or something unexpected
  2  --release was not confirmed
  3  there are orphans
  4  the stacks can't be read
  5  a platform can't be reached, or refuses; or a number was not released`;
