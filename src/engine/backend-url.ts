/** Which backend the Pulumi CLI would use, without asking it. (Go: GetCurrentCloudURL in pkg/workspace/creds.go.) */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { isObject } from "./values.js";

/** The directory of a project: the nearest one upwards that holds Pulumi.yaml. */
export function findProject(from: string): string {
  let directory = path.resolve(from);
  while (!["Pulumi.yaml", "Pulumi.yml"].some((name) => fs.existsSync(path.join(directory, name)))) {
    const parent = path.dirname(directory);
    if (parent === directory) throw new Error(`no Pulumi.yaml project file found in ${path.resolve(from)} or above it`);
    directory = parent;
  }
  return directory;
}

/** The environment comes first, then the project's own setting, then where this user is logged in. */
export function backendUrl(projectDir: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  const name = ["Pulumi.yaml", "Pulumi.yml"].find((file) => fs.existsSync(path.join(projectDir, file))) ?? "Pulumi.yaml";
  const project = yaml.load(fs.readFileSync(path.join(projectDir, name), "utf8"));
  const backend = isObject(project) && isObject(project.backend) ? project.backend.url : undefined;
  if (typeof backend === "string" && backend !== "") return backend;
  try {
    const directory = env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");
    const { current } = JSON.parse(fs.readFileSync(path.join(directory, "credentials.json"), "utf8")) as { current?: string };
    return current || undefined;
  } catch {
    return undefined; // logged in nowhere
  }
}

/** The directory of a `file://` backend; undefined for every other kind. */
export function backendDirectory(url: string, cwd: string): string | undefined {
  const prefix = "file://";
  if (!url.startsWith(prefix)) return undefined;
  const text = decodeURIComponent(url.slice(prefix.length).split("?")[0] ?? "");
  const place = text === "~" || text.startsWith("~/") ? os.homedir() + text.slice(1) : text;
  const onWindows = process.platform === "win32" && /^\/[A-Za-z]:/.test(place);
  return path.resolve(cwd, onWindows ? place.slice(1) : place);
}
