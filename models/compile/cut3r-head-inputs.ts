// What the recurrence hands to the heads.

import type { RopeTable } from './layers.ts';
import type { Value } from './graph.ts';

export interface HeadInputs {
  /** [rows, cols, channels] from the encoder. */
  features: Value;
  rows: Value;
  cols: Value;
  /** The same as [n, channels]. */
  tokens: Value;
  /** Two levels of the image decoder without the pose token, not normalised. */
  middle: readonly Value[];
  /** Last level, normalised, without the pose token. */
  last: Value;
  /** [1, channels] */
  pose: Value;
  rope: RopeTable;
}
