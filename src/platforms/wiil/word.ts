/** Compares enum values of either spelling: `SIGNALWIRE` is `signal-wire`, `TOLL_FREE` is `toll-free`. */
export function word(value: string | null | undefined): string {
  return (value ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "");
}
