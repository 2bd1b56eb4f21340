export const EXIT = { wrong: 1, none: 3, stacks: 4, platform: 5 } as const;

/** Shown by --help; README.md has the same. */
export const EXIT_CODES = `
Exit codes:
  0  done
  1  wrong arguments, no key for any platform, or something unexpected
  3  search: no platform offers such a number
  4  the stacks can't be read
  5  a platform can't be reached, or refuses; what the others say is printed`;

export const DOCTOR_EXIT_CODES = `
Exit codes:
  0  nothing failed; there may be warnings
  1  something failed: each failure says what to do`;
