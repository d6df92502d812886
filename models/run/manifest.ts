// What a pack says of itself: manifest.json in the pack's folder, checked when it is read.

import * as v from 'valibot';
import { precisions } from '../../projects/format/precision.ts';

const tensor = v.object({
  name: v.string(),
  type: v.picklist(['float32', 'float16', 'int32', 'int64', 'uint8', 'bool']),
  /** A number is fixed, a word names a free dimension: the same word is the same number everywhere in the pack. */
  dims: v.array(v.union([v.number(), v.string()])),
});

const graph = v.object({
  /** Relative to the pack's folder. */
  file: v.string(),
  sha256: v.string(),
  inputs: v.array(tensor),
  outputs: v.array(tensor),
});

export const manifestSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]*$/)),
  name: v.string(),
  /** Which runner drives it. */
  kind: v.picklist(['geometry', 'recurrent', 'pairwise', 'multi-view', 'language']),
  /** Layout of the network, for example `cut3r`. */
  family: v.string(),
  licence: v.object({ id: v.string(), name: v.string(), url: v.nullable(v.string()), mustAccept: v.boolean() }),
  parameters: v.number(),
  precision: v.picklist(precisions),
  /** Graph name → file and its tensors. */
  graphs: v.record(v.string(), graph),
  /** Other files of the pack (external weights), relative, with their sizes in bytes. */
  files: v.array(v.object({ path: v.string(), bytes: v.number() })),
  /** Numbers the runner needs: patch size, default long side, heads, … */
  config: v.record(v.string(), v.union([v.number(), v.string(), v.boolean()])),
  /** Memory in MB the pack needs at its default size, as measured or forecast. */
  memoryMb: v.number(),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type GraphManifest = v.InferOutput<typeof graph>;
