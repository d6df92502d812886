// How well a point cloud covers a true surface: accuracy, completeness, normal consistency.
//
// Definitions as in H. Aanæs et al. (DTU, IJCV 2016) for the distances and L. Mescheder et al. (Occupancy Networks, CVPR 2019) for the normals,
// with mean and median as DUSt3R and CUT3R report them. Nothing is cut off at a largest distance.

import { NearestPoints } from './nearest.ts';
import { statisticsOf } from './statistics.ts';

export interface Cloud {
  /** count × 3, in the axes and units of the truth. */
  positions: Float32Array;
  /** count × 3 unit normals; zero or null where unknown. */
  normals: Float32Array | null;
}

export interface PointScores {
  /** Distance from a predicted point to the closest true one, units of the truth. */
  accuracyMean: number;
  accuracyMedian: number;
  /** Distance from a true point to the closest predicted one. */
  completenessMean: number;
  completenessMedian: number;
  /** Mean |cos| of the angle between normals of closest points, over both directions; null without normals. */
  normalConsistency: number | null;
  predicted: number;
  truth: number;
}

export function pointScores(prediction: Cloud, truth: Cloud): PointScores {
  const there = distances(prediction, truth);
  const back = distances(truth, prediction);
  const accuracy = statisticsOf(there.distances);
  const completeness = statisticsOf(back.distances);
  const normalCount = there.normalCount + back.normalCount;
  return {
    accuracyMean: accuracy.mean,
    accuracyMedian: accuracy.median,
    completenessMean: completeness.mean,
    completenessMedian: completeness.median,
    normalConsistency: normalCount > 0 ? (there.cosineSum + back.cosineSum) / normalCount : null,
    predicted: there.distances.length,
    truth: back.distances.length,
  };
}

function distances(from: Cloud, to: Cloud): { distances: number[]; cosineSum: number; normalCount: number } {
  const tree = new NearestPoints(to.positions);
  const found: number[] = [];
  let cosineSum = 0;
  let normalCount = 0;
  for (let i = 0; i < from.positions.length; i += 3) {
    const { index, distance } = tree.nearest(from.positions[i], from.positions[i + 1], from.positions[i + 2]);
    if (index < 0) break;
    found.push(distance);
    if (!from.normals || !to.normals) continue;
    const j = index * 3;
    const a = Math.hypot(from.normals[i], from.normals[i + 1], from.normals[i + 2]);
    const b = Math.hypot(to.normals[j], to.normals[j + 1], to.normals[j + 2]);
    if (a === 0 || b === 0) continue;
    const cosine =
      from.normals[i] * to.normals[j] +
      from.normals[i + 1] * to.normals[j + 1] +
      from.normals[i + 2] * to.normals[j + 2];
    cosineSum += Math.abs(cosine) / (a * b);
    normalCount++;
  }
  return { distances: found, cosineSum, normalCount };
}

/** One point (the first met) per cubic cell, so that dense places do not outvote sparse ones. */
export function thinned(cloud: Cloud, cellSize: number): Cloud {
  const seen = new Set<string>();
  const kept: number[] = [];
  const { positions, normals } = cloud;
  for (let i = 0; i < positions.length; i += 3) {
    const key = `${Math.floor(positions[i] / cellSize)},${Math.floor(positions[i + 1] / cellSize)},${Math.floor(positions[i + 2] / cellSize)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(i);
  }
  const pick = (source: Float32Array): Float32Array => {
    const target = new Float32Array(kept.length * 3);
    kept.forEach((from, to) => target.set(source.subarray(from, from + 3), to * 3));
    return target;
  };
  return { positions: pick(positions), normals: normals && pick(normals) };
}
