// Closing work of methods that remember pairs: all of them are aligned, a piece at a time.

import type { Placement, SettleOutput, StepOutput } from '../reconstructor.ts';
import { alignPhotos } from './global-alignment.ts';
import type { MetPhoto, PairMemory } from './saved-state.ts';

/** Pairs that are aligned in one piece (one round of all pairs is at least half a piece), and how many pieces at most. */
const pairsPerPiece = 1000;
const mostPieces = 12;
/** A piece that brings less than this share of the sum of distances is the last. */
const leastGain = 1e-3;

/** The first photo of each submap stays where it is. */
export function settlePiece<M extends PairMemory>(memory: M): { memory: M; output: SettleOutput } {
  const output: StepOutput = { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0 };
  const { photos, edges, settling } = memory;
  if (settling.done) return { memory, output: { ...output, settled: true } };
  const startedAtMs = performance.now();
  const fixed = new Set(
    photos.flatMap(({ submapIdx }, idx) => (photos[idx - 1]?.submapIdx === submapIdx ? [] : [idx])),
  );
  // Two at least: when even the second, more careful one brings nothing, no other will.
  const rounds = Math.max(2, Math.min(4, Math.floor(pairsPerPiece / Math.max(1, edges.length))));
  const aligned = alignPhotos(photos, edges, fixed, rounds, settling.damping);
  const piece = settling.piece + 1;
  const done = piece >= mostPieces || aligned.after >= aligned.before * (1 - leastGain);
  const after = photos.map((photo, idx) => ({ ...photo, worldFromCamera: aligned.photos[idx].worldFromCamera }));
  photos.forEach(({ worldFromCamera }, idx) => {
    if (after[idx].worldFromCamera !== worldFromCamera) output.placed.push(...placementOf(after[idx]));
  });
  return {
    memory: { ...memory, photos: after, settling: { piece, damping: aligned.damping, done } },
    output: { ...output, settled: done, modelMs: performance.now() - startedAtMs },
  };
}

/** None for a photo that was met again: it is only an anchor. */
export const placementOf = ({ photoId, worldFromCamera, intrinsics, submapIdx, confidence }: MetPhoto): Placement[] =>
  photoId === null ? [] : [{ photoId, worldFromCamera, intrinsics, submapIdx, confidence }];
