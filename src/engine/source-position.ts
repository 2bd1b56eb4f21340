/** Where in the program a resource was declared, as the state keeps it. (Go: pkg/resource/deploy/source_eval.go, sourcePositions.) */
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb";
import type { StackFrame } from "./engine.js";

export interface Declared {
  /** `project:///index.ts#8,18`: a file relative to the project's directory, line and column. */
  sourcePosition?: string;
  /** The innermost call first. A frame whose place is unknown is empty. */
  stackTrace?: StackFrame[];
}

/** Go's url.URL leaves fewer characters as they are than `encodeURI`. */
const escapePath = (text: string) => encodeURI(text).replace(/[!'()*?#]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function positionIn(projectDir: string, position: SourcePosition | undefined): string | undefined {
  if (!position?.getUri().startsWith("file:///")) return undefined;
  const [line, column] = [position.getLine(), position.getColumn()];
  if (line < 0 || column < 0) return undefined;
  const relative = path.relative(projectDir, fileURLToPath(position.getUri())).split(path.sep).join("/");
  return `project:///${escapePath(relative)}#${line}${column ? `,${column}` : ""}`;
}

export function declaredIn(projectDir: string, request: RegisterResourceRequest | ReadResourceRequest): Declared {
  const sourcePosition = positionIn(projectDir, request.getSourceposition());
  if (request.hasSourceposition() && !sourcePosition) return {};
  const stackTrace = (request.getStacktrace()?.getFramesList() ?? []).map((frame): StackFrame => {
    const position = positionIn(projectDir, frame.getPc());
    return position ? { sourcePosition: position } : {};
  });
  return { ...(sourcePosition && { sourcePosition }), ...(stackTrace.length > 0 && { stackTrace }) };
}
