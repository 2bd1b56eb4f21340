import { findSourceMap, type SourceOrigin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const LIBRARY = path.dirname(__dirname) + path.sep;
const SDK = path.dirname(require.resolve("@pulumi/pulumi/package.json")) + path.sep;

type Format = NonNullable<typeof Error.prepareStackTrace>;

function fileOf(frame: NodeJS.CallSite): string {
  const name = frame.getFileName() ?? "";
  return name.startsWith("file:") ? fileURLToPath(name) : name;
}

/** Node.js has names for its own files, and no paths. */
function isProgram(frame: NodeJS.CallSite): boolean {
  const file = fileOf(frame);
  return path.isAbsolute(file) && !file.startsWith(LIBRARY) && !file.startsWith(SDK);
}

/** So many calls the SDK passes over, whatever they are: two that look at the stack, `Resource`, `CustomResource`, and one class that extends it. */
const PASSED_OVER = 5;

const programFrames = (frames: NodeJS.CallSite[]) => [...frames.slice(0, PASSED_OVER), ...frames.slice(PASSED_OVER).filter(isProgram)];

/** As Node.js writes it where nobody else does, which is where the source maps are its own, too. */
const written: Format = (error, frames) => [String(error), ...frames.map((frame) => `    at ${mapped(frame)}`)].join("\n");

function mapped(frame: NodeJS.CallSite): string {
  const map = process.sourceMapsEnabled ? findSourceMap(frame.getFileName() ?? "") : undefined;
  const { fileName, lineNumber, columnNumber } = (map?.findOrigin(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0) ?? {}) as Partial<SourceOrigin>;
  return fileName?.startsWith("file:") ? `program (${fileURLToPath(fileName)}:${lineNumber}:${columnNumber})` : String(frame);
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
  const { prepareStackTrace, stackTraceLimit } = Error;
  const write = process.sourceMapsEnabled ? written : (prepareStackTrace ?? written);
  Error.prepareStackTrace = (error, frames) => write(error, programFrames(frames)) as unknown;
  if (!process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) Error.stackTraceLimit = 0;
  return () => void Object.assign(Error, { prepareStackTrace, stackTraceLimit });
}
