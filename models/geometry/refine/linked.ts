// The largest set of frames that tie points hold together, and the points within it.

import type { TiePoint } from './sightings.ts';

/** Fewer sightings than this do not hold a camera. */
const leastSightings = 15;

export function largestLinked(points: readonly TiePoint[]): { points: TiePoint[]; frameIdxs: Set<number> } {
  let left = points.map((point) => ({ ...point }));
  // Taking a frame away may leave another one with too little.
  for (;;) {
    const counts = new Map<number, number>();
    for (const { sightings } of left)
      for (const { frameIdx } of sightings) counts.set(frameIdx, (counts.get(frameIdx) ?? 0) + 1);
    const weak = [...counts].filter(([, count]) => count < leastSightings).map(([frameIdx]) => frameIdx);
    if (weak.length === 0) break;
    left = left
      .map((point) => ({ ...point, sightings: point.sightings.filter(({ frameIdx }) => !weak.includes(frameIdx)) }))
      .filter(({ sightings }) => sightings.length >= 2);
  }
  left = left.filter(({ sightings }) => sightings.length >= 2);
  const group = new Map<number, number>();
  for (const { sightings } of left) {
    const names = new Set(sightings.map(({ frameIdx }) => group.get(frameIdx) ?? frameIdx));
    const name = Math.min(...names);
    for (const { frameIdx } of sightings) group.set(frameIdx, group.get(frameIdx) ?? frameIdx);
    if (names.size > 1) for (const [frameIdx, old] of group) if (names.has(old)) group.set(frameIdx, name);
  }
  const sizes = new Map<number, number>();
  for (const name of group.values()) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const [largest] = [...sizes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [-1];
  const frameIdxs = new Set([...group].filter(([, name]) => name === largest).map(([frameIdx]) => frameIdx));
  return { points: left.filter(({ sightings }) => frameIdxs.has(sightings[0].frameIdx)), frameIdxs };
}
