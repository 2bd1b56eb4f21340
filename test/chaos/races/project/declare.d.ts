import type { Program } from "../lab.js";

export function declare(program: Program): void;
