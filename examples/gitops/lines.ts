/** One line that people call. */
export interface Line {
  /** What people see in the platform's dashboard. */
  name: string;
  /** What the number must be like when it is bought. A later change buys nothing. */
  search: { country: string; type: "local" | "toll-free" | "virtual"; areaCode?: string } | { type: "virtual" };
  /** Which of the menus below answers. */
  menu: keyof typeof menus;
  /**
   * The number may go. Say so in one change, and take the line out in the next: a line that is dropped by mistake, or lost in a
   * merge, then fails the pipeline and releases nothing.
   */
  leaving?: true;
}

/** What callers hear. */
export const menus = {
  sales: "Welcome to our sales team",
  support: "Welcome to support. Please hold",
};

/** The numbers that we have. The key is the number's name for Pulumi: never change it, or another number is bought. */
export const lines: Record<string, Line> = {
  hotline: { name: "Hotline", search: { country: "US", type: "toll-free" }, menu: "sales" },
};
