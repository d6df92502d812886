// Focal lengths from fundamental matrices alone: with the true ones, F becomes an essential matrix (two equal singular values), and the
// nearest essential matrix explains the matches as well as F did. All pairs vote; photos in forward motion say nothing, and do no harm.
//
// After Mendonça and Cipolla, A Simple Technique for Self-Calibration (1999), with reprojection in place of singular values as the cost.

import { refineEssential } from '../two-view/refine-essential.ts';
import { sampsonCost, type PointPairs, type TwoViewMatrix } from '../two-view/point-pairs.ts';
import { centredPairs } from '../two-view/verify-pair.ts';
import type { MatchGraph } from './match-graph.ts';
import type { MatchedPair } from './matched-pair.ts';
import type { MapCamera } from './scene-map.ts';

/** Sampson distance that counts as disagreement, as a share of the longer side. */
const threshold = 0.003;
/** Tried in units of the longer side: from very wide lenses to long ones. */
const gridStep = 1.065;
const grid = Array.from({ length: 34 }, (_, i) => 0.4 * gridStep ** i);
/** Most lenses are near this: it decides where the photos leave the choice open. */
const usual = 0.85;
/** Cost per match of being e times longer or shorter than usual. */
const unusualness = 0.012;
const mostRounds = 40;
/** Rounds over the whole grid; later ones look around the last answer only. */
const wideRounds = 3;
const narrowReach = 4;
const matchesPerPair = 80;
const pairsPerVote = 60;
/** Gain per match, over the guess, from which the vote counts as knowledge. */
const clearGain = 0.01;

interface Ballot {
  pairs: PointPairs;
  fundamental: TwoViewMatrix;
  lensA: number;
  lensB: number;
  base: number;
  /** A plane fits many geometries: the more of a pair is one, the less it counts. */
  weight: number;
}

/** Sets focal length and belief of every camera of which nothing but a guess is known. */
export function voteOnFocals(
  graph: MatchGraph,
  cameras: readonly MapCamera[],
  cameraOf: readonly number[],
  pairs: readonly MatchedPair[],
): void {
  const unknown = new Set(cameras.flatMap((camera, i) => (camera.priorSpread > 0.2 ? [i] : [])));
  if (unknown.size === 0) return;
  const ballots = pairs
    .filter((pair) => unknown.has(cameraOf[pair.aIdx]) || unknown.has(cameraOf[pair.bIdx]))
    .toSorted((a, b) => b.matchCount * (1.1 - b.planarShare) - a.matchCount * (1.1 - a.planarShare))
    .slice(0, pairsPerVote)
    .map((pair) => ballotOf(graph, cameraOf, pair));
  const focals = cameras.map((camera, i) => (unknown.has(i) ? usual : camera.focalPx / longSide(camera)));
  // Lenses that meet in a pair depend on each other: rounds of one after the other settle it.
  for (let round = 0, moved = Infinity; round < mostRounds && moved > 0.01; round++) {
    moved = 0;
    for (const lens of unknown) {
      const own = ballots.filter(({ lensA, lensB }) => lensA === lens || lensB === lens);
      const { focal, gain } = bestFocal(own, lens, focals, round < wideRounds ? grid.length : narrowReach);
      moved = Math.max(moved, Math.abs(Math.log(focal / focals[lens])));
      focals[lens] = focal;
      const camera = cameras[lens];
      camera.focalPx = focal * longSide(camera);
      camera.priorFocalPx = camera.focalPx;
      if (gain !== null) camera.priorSpread = gain > clearGain ? 0.21 : 0.5;
    }
  }
}

const longSide = ({ widthPx, heightPx }: MapCamera): number => Math.max(widthPx, heightPx);

function ballotOf(graph: MatchGraph, cameraOf: readonly number[], pair: MatchedPair): Ballot {
  const { inliers, matchCount: count } = pair;
  const step = Math.max(1, Math.floor(count / matchesPerPair));
  const kept = Array.from({ length: Math.floor(count / step) }, (_, k) => k * step);
  const matches = Int32Array.from(kept.flatMap((k) => [inliers[2 * k], inliers[2 * k + 1]]));
  const pairs = centredPairs(graph.images[pair.aIdx], graph.images[pair.bIdx], matches);
  const weight = Math.max(0.02, 1 - pair.planarShare);
  const base = sampsonCost(pairs, pair.fundamental, threshold * threshold, Infinity);
  return { pairs, fundamental: pair.fundamental, lensA: cameraOf[pair.aIdx], lensB: cameraOf[pair.bIdx], base, weight };
}

function bestFocal(
  ballots: readonly Ballot[],
  lens: number,
  focals: readonly number[],
  reach: number,
): { focal: number; gain: number | null } {
  const matches = ballots.reduce((sum, { pairs, weight }) => sum + weight * pairs.count, 0);
  if (matches === 0) return { focal: focals[lens], gain: 0 };
  const current = Math.round(Math.log(focals[lens] / grid[0]) / Math.log(gridStep));
  const costs = grid.map((focal, i) => {
    if (Math.abs(i - current) > reach) return Infinity;
    const cost = ballots.reduce((sum, ballot) => {
      const a = ballot.lensA === lens ? focal : focals[ballot.lensA];
      const b = ballot.lensB === lens ? focal : focals[ballot.lensB];
      return sum + ballot.weight * (essentialCost(ballot, a, b) - ballot.base);
    }, 0);
    return cost / matches + unusualness * Math.log(focal / usual) ** 2;
  });
  let best = 0;
  for (let i = 1; i < grid.length; i++) if (costs[i] < costs[best]) best = i;
  // Over the whole grid only: a look around the last answer says nothing of how clear it is.
  const gain = reach < grid.length ? null : costs.toSorted((a, b) => a - b)[Math.floor(grid.length / 2)] - costs[best];
  const before = costs[best - 1] ?? Infinity;
  const after = costs[best + 1] ?? Infinity;
  // The end of the grid is no minimum, but the sign of a vote that went astray.
  if (reach >= grid.length && (best === 0 || best === grid.length - 1)) return { focal: usual, gain: 0 };
  if (!Number.isFinite(before + after)) return { focal: grid[best], gain };
  const curvature = before - 2 * costs[best] + after;
  const offset = curvature > 0 ? (0.5 * (before - after)) / curvature : 0;
  return { focal: grid[best] * gridStep ** offset, gain };
}

/** Cost of the matches under the best essential matrix for these focal lengths. */
function essentialCost({ pairs, fundamental }: Ballot, focalA: number, focalB: number): number {
  const { count } = pairs;
  const rays: PointPairs = {
    count,
    x1: pairs.x1.map((value) => value / focalA),
    y1: pairs.y1.map((value) => value / focalA),
    x2: pairs.x2.map((value) => value / focalB),
    y2: pairs.y2.map((value) => value / focalB),
  };
  const scaled = fundamental.map((value, i) => value * (i % 3 < 2 ? focalA : 1) * (i < 6 ? focalB : 1));
  // The nearest essential matrix alone would make short focal lengths look good: it has to be fitted anew.
  const e = refineEssential(scaled, rays, null, threshold / Math.sqrt(focalA * focalB), 3);
  const back = e.map((value, i) => value / ((i % 3 < 2 ? focalA : 1) * (i < 6 ? focalB : 1)));
  return sampsonCost(pairs, back, threshold * threshold, Infinity);
}
