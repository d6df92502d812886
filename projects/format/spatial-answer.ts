// What a question about space is answered with: a sentence, a number with its error, the formula, and what to draw in the scene.

import type { Quantity } from './quantity.ts';
import type { Vec3 } from './sim3.ts';

/** The question types of VSI-Bench (J. Yang et al., 2024), as its code names them. */
export const spatialKinds = [
  'object_counting',
  'object_abs_distance',
  'object_size_estimation',
  'room_size_estimation',
  'object_rel_distance',
  'object_rel_direction_easy',
  'object_rel_direction_medium',
  'object_rel_direction_hard',
  'route_planning',
  'obj_appearance_order',
] as const;
export type SpatialKind = (typeof spatialKinds)[number];

/** What is drawn, world axes. */
export interface SpatialMark {
  /** `line` joins its points, `polygon` closes them, `box` has eight corners (bit 0 of the index x, bit 1 y, bit 2 z), `arrow` ends in a head. */
  kind: 'line' | 'polygon' | 'box' | 'arrow';
  points: readonly Vec3[];
  label: string;
  /** What the question is about, or what answers it. */
  role: 'thing' | 'answer';
}

export interface SpatialResult {
  kind: SpatialKind;
  /** One sentence with the number and its error. */
  sentence: string;
  /** null where the answer is a choice. */
  quantity: Quantity | null;
  /** The chosen option, the turns, the order; null where the answer is a number. */
  choice: readonly string[] | null;
  /** How it was computed, with the numbers. */
  formula: string;
  /** What was taken for granted, one sentence each. */
  notices: string[];
  marks: SpatialMark[];
}
