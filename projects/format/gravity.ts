// Which way is up, from how people hold cameras: level left to right, upright on average.

import type { GeoPlace } from './geodesy.ts';
import { upFromGps } from './gps-up.ts';
import type { Frame, Photo } from './scene.ts';
import { add, cross, dot, length, normalized, rotate, scaled, type Sim3, type Vec3 } from './sim3.ts';

/** A camera as far as it tells which way is up. */
export interface LocatedCamera {
  worldFromCamera: Sim3;
  gps: GeoPlace | null;
}

export function locatedCameras(
  frames: readonly Pick<Frame, 'photoId' | 'worldFromCamera'>[],
  photos: readonly Pick<Photo, 'id' | 'gps'>[],
): LocatedCamera[] {
  const gpsOf = new Map(photos.map(({ id, gps }) => [id, gps]));
  return frames.flatMap(({ photoId, worldFromCamera }) =>
    worldFromCamera ? [{ worldFromCamera, gps: gpsOf.get(photoId) ?? null }] : [],
  );
}

/** GPS decides where it and the way cameras are held are so far apart: from the air, photos have no upright. */
const mostDisagreement = Math.PI / 6;
/** Cameras look one way when their directions add up to more than this share, and are turned on their axes when their ups add up to less. */
const oneWay = 0.9;
const turnedAbout = 0.5;

/**
 * Up direction in world axes: as the cameras are held, unless the GPS of the photos says something else altogether.
 * @returns a unit vector; null without cameras
 */
export function upOfScene(cameras: readonly LocatedCamera[]): Vec3 | null {
  const held = upFromCameras(cameras.map(({ worldFromCamera }) => worldFromCamera));
  const located = cameras.flatMap(({ worldFromCamera, gps }) =>
    gps ? [{ centerInWorld: worldFromCamera.translation, gps }] : [],
  );
  const byGps = upFromGps(located);
  return held && byGps && dot(held, byGps) < Math.cos(mostDisagreement) ? byGps : held;
}

/**
 * Up direction in world axes. Photos may look up or down but seldom lean sideways, so up is the direction that is most nearly
 * perpendicular to all cameras' x axes (smallest eigenvector of Σ x·xᵀ), with the sign of the mean camera up. Where the x axes do
 * not span a plane (all photos from one side) the part of the mean camera up across their mean x axis decides instead. Cameras that look one
 * way and are turned on their axes every way, as those of an aircraft that flies to and fro, look down.
 * @returns a unit vector; null without cameras
 */
export function upFromCameras(worldFromCameras: readonly Sim3[]): Vec3 | null {
  if (worldFromCameras.length === 0) return null;
  let meanUp: Vec3 = [0, 0, 0];
  const m = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let meanX: Vec3 = [0, 0, 0];
  let meanForward: Vec3 = [0, 0, 0];
  for (const { rotation } of worldFromCameras) {
    meanUp = add(meanUp, rotate(rotation, [0, -1, 0]));
    meanForward = add(meanForward, rotate(rotation, [0, 0, 1]));
    const x = rotate(rotation, [1, 0, 0]);
    meanX = add(meanX, dot(x, meanX) < 0 ? scaled(x, -1) : x);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) m[3 * i + j] += (x[i] * x[j]) / worldFromCameras.length;
  }
  const count = worldFromCameras.length;
  if (length(meanForward) > oneWay * count && length(meanUp) < turnedAbout * count)
    return normalized(scaled(meanForward, -1));
  if (length(meanUp) < 1e-6) meanUp = rotate(worldFromCameras[0].rotation, [0, -1, 0]);
  const { vector, spread } = smallestEigenvector(m);
  // Portrait photos among landscape ones break the assumption: then the eigenvector leans far from the mean.
  const leans = Math.abs(dot(vector, normalized(meanUp))) < Math.cos(Math.PI / 5);
  if (spread < 0.02 || leans) {
    const along = normalized(meanX);
    return normalized(add(meanUp, scaled(along, -dot(meanUp, along))));
  }
  return dot(vector, meanUp) < 0 ? scaled(vector, -1) : vector;
}

/**
 * Smallest eigenvector of a symmetric, positive semi-definite 3×3 matrix with trace one, by power iteration on 1 − m, then the
 * middle eigenvalue as the spread of the other two directions.
 */
function smallestEigenvector(m: readonly number[]): { vector: Vec3; spread: number } {
  const times = (v: Vec3): Vec3 => [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
  let largest: Vec3 = normalized([0.6, 0.5, 0.62]);
  for (let i = 0; i < 100; i++) largest = normalized(times(largest));
  // Within the plane across the largest one a 2×2 problem is left, which has a closed form.
  const [a, b] = planeAxes(largest);
  const aa = dot(a, times(a));
  const ab = dot(a, times(b));
  const bb = dot(b, times(b));
  const angle = 0.5 * Math.atan2(2 * ab, aa - bb);
  const middle = add(scaled(a, Math.cos(angle)), scaled(b, Math.sin(angle)));
  return { vector: normalized(cross(largest, middle)), spread: dot(middle, times(middle)) };
}

/** Two unit vectors across a unit vector and across each other. */
export function planeAxes(normal: Vec3): [Vec3, Vec3] {
  const seed: Vec3 = Math.abs(normal[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const a = normalized(add(seed, scaled(normal, -dot(seed, normal))));
  return [a, cross(normal, a)];
}
