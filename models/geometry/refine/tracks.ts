// Tracks: features of many photos that show one point, joined over all verified pairs.

import { featureKey, featureOfKey, imageOfKey, type FeatureKey } from '../map/feature-key.ts';
import type { MatchGraph } from '../map/match-graph.ts';

/** One point: at most one feature of each photo, in the order of the photos. */
export type Track = readonly FeatureKey[];

/** Joins matches to tracks; a track that would hold two features of one photo is in doubt and left out. */
export function tracksOf(graph: MatchGraph): Track[] {
  const parents = new Map<FeatureKey, FeatureKey>();
  const rootOf = (key: FeatureKey): FeatureKey => {
    let root = key;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    // Every node on the way points to the root from now on.
    for (let at = key; at !== root;) {
      const up = parents.get(at) ?? root;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (const { aIdx, bIdx, inliers } of graph.pairs) {
    for (let k = 0; k < inliers.length; k += 2) {
      const a = rootOf(featureKey(aIdx, inliers[k]));
      const b = rootOf(featureKey(bIdx, inliers[k + 1]));
      parents.set(a, a);
      parents.set(b, a);
    }
  }
  const groups = new Map<FeatureKey, FeatureKey[]>();
  for (const key of [...parents.keys()].sort((a, b) => a - b)) {
    const root = rootOf(key);
    const group = groups.get(root);
    if (group) group.push(key);
    else groups.set(root, [key]);
  }
  return [...groups.values()].filter((track) => new Set(track.map(imageOfKey)).size === track.length);
}

/** Square cells along the longer side of a photo over which the chosen tracks are spread. */
const cells = 24;
const perCell = 2;

/** The longest tracks, spread over the photos: more of them in one place would only cost time. */
export function spreadTracks(graph: MatchGraph, tracks: readonly Track[]): Track[] {
  const taken = graph.images.map(() => new Map<number, number>());
  return tracks
    .toSorted((a, b) => b.length - a.length || a[0] - b[0])
    .filter((track) => {
      const places = track.map((key) => cellOf(graph, key));
      // Wanted while any of its photos still has room where the track is seen.
      const wanted = track.some((key, i) => (taken[imageOfKey(key)].get(places[i]) ?? 0) < perCell);
      if (wanted)
        track.forEach((key, i) => {
          const counts = taken[imageOfKey(key)];
          counts.set(places[i], (counts.get(places[i]) ?? 0) + 1);
        });
      return wanted;
    });
}

function cellOf(graph: MatchGraph, key: FeatureKey): number {
  const { widthPx, heightPx, xPx, yPx } = graph.images[imageOfKey(key)];
  const size = Math.max(widthPx, heightPx) / cells;
  return Math.floor(yPx[featureOfKey(key)] / size) * cells + Math.floor(xPx[featureOfKey(key)] / size);
}
