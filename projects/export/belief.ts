// Photos that were met twice have two beliefs: an export takes one of them, and says which.

import { firstFrame, type BeliefId } from '../format/belief.ts';
import { isOfRevised, type ExportFormatId } from '../format/export-formats.ts';
import type { ExportSource } from './source.ts';

export interface BelievedSource {
  source: ExportSource;
  /** What is written; null when every photo was met once. */
  belief: BeliefId | null;
  notices: string[];
}

/** @param wanted what the user wants to take; splats and measures know the revised belief only */
export function atBelief(source: ExportSource, format: ExportFormatId, wanted: BeliefId): BelievedSource {
  const { frames, chunks, beliefs } = source;
  const byFrame = new Map(beliefs.map((belief) => [belief.frameId, belief]));
  const twice = frames.filter(({ id }) => byFrame.has(id)).length;
  if (twice === 0) return { source, belief: null, notices: [] };
  const met =
    twice === frames.length ? 'The photos were met twice' : `${twice} of ${frames.length} photos were met twice`;
  if (wanted === 'revised' || isOfRevised(format)) {
    const why = wanted === 'first' ? '; splats and measures have no other' : '';
    return { source, belief: 'revised', notices: [`${met}; this is what they showed the second time${why}.`] };
  }
  const first: ExportSource = {
    ...source,
    frames: frames.map((frame) => {
      const belief = byFrame.get(frame.id);
      return belief ? firstFrame(frame, belief) : frame;
    }),
    chunks: [...chunks.filter(({ frameId }) => !byFrame.has(frameId)), ...beliefs.map(({ points }) => points)],
    gaussians: [],
  };
  return { source: first, belief: 'first', notices: [`${met}; this is what they showed the first time.`] };
}
