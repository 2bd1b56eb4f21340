import type { EngineKind } from "pulumi-telephony/testing";

/** One line of the benchmark: what we take, side by side with what the engine takes at least and with what one writes in an afternoon. */
export interface Row {
  /** What was measured, with its unit: "create, s, 1,000 numbers + 1,000 links". */
  measure: string;
  ours: number;
  /** The same with the smallest dynamic resources of the same size, or the least that the platform's API allows. */
  floor?: number;
  /** The same with bench/naive. */
  naive?: number;
  /** ours / floor, or what the aim speaks of. */
  ratio: number;
  /** "≤ 1.15 × floor" */
  aim: string;
  ok: boolean;
}

/** How much of it is run. */
export interface Extent {
  /** Ends within 50 s, all measures together: fewer resources, shorter waits. */
  quick: boolean;
  /** Where whole programs run. */
  engine: EngineKind;
  /** Numbers of a stack. @default 1000, or as few as the quick one allows */
  numbers?: number;
}

/** How much what is to stay the same may differ by the machine's mood. */
export const STEADY = 1.15;

/** What an operation may take, as a multiple of the floor's time. */
export const OPERATION_AIM = 1.15;

/** Runs one part of the benchmark. */
export type Measure = (extent: Extent) => Promise<Row[]>;
