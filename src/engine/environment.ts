/** The environment of program and provider. */

/** This process's environment with `env` on top; `undefined` takes a variable away. */
export function environment(env: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...env };
  for (const [key, value] of Object.entries(merged)) if (value === undefined) delete merged[key];
  return merged;
}

/** Makes it this process's own, for a program that runs here. Returns what puts the old one back. */
export function enter(env: NodeJS.ProcessEnv): () => void {
  const before = { ...process.env };
  const apply = (wanted: NodeJS.ProcessEnv) => {
    for (const key of Object.keys(process.env)) if (!(key in wanted)) delete process.env[key];
    for (const [key, value] of Object.entries(wanted)) if (process.env[key] !== value) process.env[key] = value;
  };
  apply(env);
  return () => apply(before);
}
