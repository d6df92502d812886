// Which way is up by the GPS of the photos: their places as a map shows them, seen from above and not mirrored.

import { eastNorth, huberWeights, leastGpsErrorMetres, type GeoPlace } from './geodesy.ts';
import { cross, dot, normalized, scaled, subtract, add, type Vec3 } from './sim3.ts';

const fewestPhotos = 4;
const rounds = 8;

export interface LocatedPlace {
  centerInWorld: Vec3;
  gps: Pick<GeoPlace, 'latitudeDeg' | 'longitudeDeg'>;
}

/**
 * The east and north axes that maximise Σ w·(e·x·E + n·x·N) over centred camera places x and map places (E, N): the polar factor of the 2×3
 * correlation; up is their cross product. Heights are left out: cameras have been seen to drift by a hundred metres there within ten minutes.
 * @returns a unit vector in world axes; null where GPS cannot tell: few photos, or an error as large as the width of their places
 */
export function upFromGps(places: readonly LocatedPlace[]): Vec3 | null {
  if (places.length < fewestPhotos) return null;
  const map = eastNorth(places.map(({ gps }) => gps));
  let weights = places.map(() => 1);
  let fit: Fit | null = null;
  for (let round = 0; round < rounds; round++) {
    fit = fitted(
      places.map(({ centerInWorld }) => centerInWorld),
      map,
      weights,
    );
    if (!fit) return null;
    weights = huberWeights(fit.errors);
  }
  if (!fit) return null;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rms = Math.sqrt(fit.errors.reduce((sum, error, i) => sum + weights[i] * error * error, 0) / total);
  return Math.max(rms, leastGpsErrorMetres) < fit.widthMetres ? fit.up : null;
}

interface Fit {
  up: Vec3;
  errors: number[];
  /** Root mean square of the places across their longest direction. */
  widthMetres: number;
}

function fitted(world: readonly Vec3[], map: readonly [number, number][], weights: readonly number[]): Fit | null {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let centre: Vec3 = [0, 0, 0];
  const middle = [0, 0];
  weights.forEach((weight, i) => {
    centre = add(centre, scaled(world[i], weight / total));
    middle[0] += (weight / total) * map[i][0];
    middle[1] += (weight / total) * map[i][1];
  });
  const places = world.map((place) => subtract(place, centre));
  let [onEast, onNorth]: [Vec3, Vec3] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  places.forEach((place, i) => {
    onEast = add(onEast, scaled(place, weights[i] * (map[i][0] - middle[0])));
    onNorth = add(onNorth, scaled(place, weights[i] * (map[i][1] - middle[1])));
  });
  // (M Mᵀ)^(−½) M in closed form: √S = (S + √|S|·1) / √(tr S + 2 √|S|) for a symmetric 2×2 matrix S.
  const [a, b, c] = [dot(onEast, onEast), dot(onEast, onNorth), dot(onNorth, onNorth)];
  const root = Math.sqrt(Math.max(0, a * c - b * b));
  const trace = Math.sqrt(a + c + 2 * root);
  if (!(root > 1e-9 * (a + c))) return null;
  const east = scaled(subtract(scaled(onEast, c + root), scaled(onNorth, b)), 1 / (root * trace));
  const north = scaled(subtract(scaled(onNorth, a + root), scaled(onEast, b)), 1 / (root * trace));
  const level = places.map((place): [number, number] => [dot(east, place), dot(north, place)]);
  let [xx, xy, yy] = [0, 0, 0];
  level.forEach(([x, y], i) => {
    xx += (weights[i] * x * x) / total;
    xy += (weights[i] * x * y) / total;
    yy += (weights[i] * y * y) / total;
  });
  const metresPerUnit = trace / (total * (xx + yy));
  const narrow = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  return {
    up: normalized(cross(east, north)),
    errors: level.map(([x, y], i) =>
      Math.hypot(metresPerUnit * x - map[i][0] + middle[0], metresPerUnit * y - map[i][1] + middle[1]),
    ),
    widthMetres: metresPerUnit * Math.sqrt(Math.max(0, narrow)),
  };
}
