import { findSourceMap, type SourceOrigin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where a package lies: nowhere, where it was bundled with the program. */
function folderOf(name: string): string[] {
  try {
    return [path.dirname(require.resolve(name)) + path.sep];
  } catch {
    return [];
  }
}

const OTHERS = ["pulumi-telephony", "@pulumi/pulumi"].flatMap(folderOf);

type Format = (error: Error, frames: NodeJS.CallSite[]) => unknown;

function fileOf(frame: NodeJS.CallSite): string {
  const name = frame.getFileName() ?? "";
  return name.startsWith("file:") ? fileURLToPath(name) : name;
}

/** Node.js has names for its own files, and no paths. */
function isProgram(frame: NodeJS.CallSite): boolean {
  const file = fileOf(frame);
  return path.isAbsolute(file) && !OTHERS.some((folder) => file.startsWith(folder));
}

/** So many calls the SDK passes over, whatever they are: two that look at the stack, `Resource`, `CustomResource`, and one class that extends it. */
const PASSED_OVER = 5;

const programFrames = (frames: NodeJS.CallSite[]) => [...frames.slice(0, PASSED_OVER), ...frames.slice(PASSED_OVER).filter(isProgram)];

/** For where nobody else writes traces, or Node.js does by its own source maps. */
const written: Format = (error, frames) => [String(error), ...frames.map((frame) => `    at program (${placeOf(frame)})`)].join("\n");

function placeOf(frame: NodeJS.CallSite): string {
  const [line, column] = [frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0];
  const origin: Partial<SourceOrigin> | undefined = findSourceMap(frame.getFileName() ?? "")?.findOrigin(line, column); // without source maps, none is found
  return origin?.fileName?.startsWith("file:") ? `${fileURLToPath(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}` : `${fileOf(frame)}:${line}:${column}`;
}

/**
 * Until it is ended, the SDK finds of the call stack what is the program's own. It notes with each resource where that was declared, which
 * the engine keeps in the state as `sourcePosition` and `stackTrace`, and writes again at each step. Left alone, the position lies in
 * this library, and most of the trace is of Node.js and Pulumi's runner: half a kilobyte a resource.
 *
 * Nor does it write a trace onto every promise of every property, to tell where one leaked: that takes longer than all else there.
 *
 * @returns what ends it
 */
export function onlyProgramFrames(): () => void {
  const { prepareStackTrace, stackTraceLimit } = Error as { prepareStackTrace?: Format; stackTraceLimit: number };
  const write = process.sourceMapsEnabled ? written : (prepareStackTrace ?? written);
  Error.prepareStackTrace = (error, frames) => write(error, programFrames(frames));
  if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) Error.stackTraceLimit = 0;
  return () => void Object.assign(Error, { prepareStackTrace, stackTraceLimit });
}
