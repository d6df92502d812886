// From the outputs of a family's graphs to what is said of one view.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { Manifest } from '../manifest.ts';
import { readDa3 } from './read-da3.ts';
import { readFast3r } from './read-fast3r.ts';
import { readPi3 } from './read-pi3.ts';
import { readVggt } from './read-vggt.ts';
import type { Look, SeenView } from './view-network.ts';

/** @param doubted whether a second prediction is wanted */
export type ViewReader = (look: Look, view: number, doubted: boolean) => Promise<SeenView>;

const readers: Readonly<Record<string, ViewReader>> = {
  da3: readDa3,
  fast3r: readFast3r,
  pi3: readPi3,
  vggt: readVggt,
};

/** @throws StudioFailure 'model-damaged' for a family that a newer version may know */
export function readerOf({ id, family }: Pick<Manifest, 'id' | 'family'>): ViewReader {
  const reader = readers[family];
  if (!reader) throw new StudioFailure('model-damaged', { id, reason: `nothing here reads the answers of ${family}.` });
  return reader;
}
