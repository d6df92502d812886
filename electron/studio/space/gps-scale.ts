// The scale of a scene from the GPS of its photos: the level part of the similarity from the cameras' places to east and north.

import { eastNorth, huberWeights, leastGpsErrorMetres } from '../../../projects/format/geodesy.ts';
import { planeAxes } from '../../../projects/format/gravity.ts';
import type { Scale } from '../../../projects/format/quantity.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { dot, type Vec3 } from '../../../projects/format/sim3.ts';

export interface LocatedCamera {
  centerInWorld: Vec3;
  latitudeDeg: number;
  longitudeDeg: number;
}

const fewest = 4;
const mostRelativeSigma = 0.15;
const huberRounds = 8;

/**
 * Similarity from level world coordinates to local east and north (WGS 84 radii of curvature at the middle): with z and w as complex
 * numbers, w ≈ s·z + t; s = Σ z̄ w / Σ |z|² about the weighted means, Huber weights at the median error. Heights are left out: those of
 * EXIF are several times worse. σ(|s|) = max(rms, 3 m) / √Σ|z|² · √((1 + ρ) / (1 − ρ)), where ρ is how alike neighbours err times how
 * near they stand: GPS drifts, and photos that err alike say no more than one (the slope of a regression with first-order autoregressive errors).
 * @param cameras in the order they were taken
 * @param up unit vector in world axes
 * @throws StudioFailure scale-unknown: too few photos with GPS, or too close together for what GPS can tell
 */
export function scaleFromGps(cameras: readonly LocatedCamera[], up: Vec3): Scale {
  const unknown = (reason: string): StudioFailure => new StudioFailure('scale-unknown', { reason });
  if (cameras.length < fewest)
    throw unknown(`${cameras.length} placed photos have a GPS position, and at least ${fewest} are needed.`);
  const world = levelPlaces(cameras, up);
  const east = eastNorth(cameras);
  let weights = cameras.map(() => 1);
  let fit = fitted(world, east, weights);
  for (let round = 0; round < huberRounds; round++) {
    weights = huberWeights(fit.errors);
    fit = fitted(world, east, weights);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rms = Math.sqrt(fit.errors.reduce((sum, error, i) => sum + weights[i] * error * error, 0) / total);
  const alike = likeness(fit.residuals, weights) * likeness(fit.centred, weights);
  const drift = Math.sqrt((1 + alike) / (1 - alike));
  const relativeSigma = (drift * Math.max(rms, leastGpsErrorMetres)) / Math.sqrt(fit.spread) / fit.scale;
  const spreadMetres = Math.sqrt(fit.spread / total) * fit.scale;
  if (!(relativeSigma <= mostRelativeSigma))
    throw unknown(
      `the photos were taken within ${spreadMetres.toFixed(1)} m of their middle, too close together for GPS, which errs by ${Math.max(rms, leastGpsErrorMetres).toFixed(0)} m.`,
    );
  return { metresPerUnit: fit.scale, relativeSigma, source: { kind: 'gps', photos: cameras.length, spreadMetres } };
}

type Place = readonly [number, number];

/** As seen from above: a to the right, b up on the map. */
function levelPlaces(cameras: readonly LocatedCamera[], up: Vec3): Place[] {
  const [a, b] = planeAxes(up);
  return cameras.map(({ centerInWorld }) => [dot(centerInWorld, a), dot(centerInWorld, b)]);
}

function fitted(
  from: readonly Place[],
  to: readonly Place[],
  weights: readonly number[],
): { scale: number; spread: number; centred: Place[]; residuals: Place[]; errors: number[] } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (places: readonly Place[]): Place =>
    [0, 1].map((k) => places.reduce((sum, place, i) => sum + weights[i] * place[k], 0) / total) as unknown as Place;
  const [mf, mt] = [mean(from), mean(to)];
  let [re, im, spread] = [0, 0, 0];
  from.forEach(([fx, fy], i) => {
    const [x, y, u, v] = [fx - mf[0], fy - mf[1], to[i][0] - mt[0], to[i][1] - mt[1]];
    re += weights[i] * (x * u + y * v);
    im += weights[i] * (x * v - y * u);
    spread += weights[i] * (x * x + y * y);
  });
  const [a, b] = spread > 0 ? [re / spread, im / spread] : [0, 0];
  const centred = from.map(([fx, fy]): Place => [fx - mf[0], fy - mf[1]]);
  const residuals = centred.map(([x, y], i): Place => {
    return [a * x - b * y - (to[i][0] - mt[0]), b * x + a * y - (to[i][1] - mt[1])];
  });
  return { scale: Math.hypot(a, b), spread, centred, residuals, errors: residuals.map(([x, y]) => Math.hypot(x, y)) };
}

/** Correlation of each vector with the next one, 0 … 0.95. */
function likeness(vectors: readonly Place[], weights: readonly number[]): number {
  let [together, alone] = [0, 0];
  vectors.forEach(([x, y], i) => {
    alone += weights[i] ** 2 * (x * x + y * y);
    const next = vectors.at(i + 1);
    if (next) together += weights[i] * weights[i + 1] * (x * next[0] + y * next[1]);
  });
  return alone > 0 ? Math.min(0.95, Math.max(0, together / alone)) : 0;
}
