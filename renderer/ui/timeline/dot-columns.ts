// Dots of the timeline: one a photo while they fit, one for several photos when they do not.

export type DotState = 'met' | 'failed' | 'excluded' | 'open';

/** Dots nearer than this run together. */
const leastGapPx = 7;

/** @returns share 0…1 along the line, and the state that matters most among the photos of the dot */
export function dotColumns(states: readonly DotState[], widthPx: number): { share: number; state: DotState }[] {
  const last = Math.max(1, states.length - 1);
  const perDot = Math.max(1, Math.ceil((states.length * leastGapPx) / Math.max(1, widthPx)));
  const dots: { share: number; state: DotState }[] = [];
  for (let from = 0; from < states.length; from += perDot) {
    const group = states.slice(from, from + perDot);
    const state = group.find((s) => s === 'failed') ?? group.find((s) => s === 'open') ?? group[0];
    dots.push({ share: Math.min(1, (from + (group.length - 1) / 2) / last), state });
  }
  return dots;
}
