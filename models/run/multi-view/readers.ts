// From the outputs of a family's graphs to what is said of one view.

import type { Manifest } from '../manifest.ts';
import { readVggt } from './read-vggt.ts';
import type { Look, SeenView } from './view-network.ts';

/** @param doubted whether a second prediction is wanted */
export type ViewReader = (look: Look, view: number, doubted: boolean) => Promise<SeenView>;

const readers: Readonly<Record<string, ViewReader>> = { vggt: readVggt };

export function readerOf({ family }: Pick<Manifest, 'family'>): ViewReader {
  const reader = readers[family];
  if (!reader) throw new TypeError(`Packs of the family ${family} have no reader.`);
  return reader;
}
