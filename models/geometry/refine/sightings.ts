// What refinement works on: frames of a method, and points with where they are seen and how deep the method believes them there.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { rayThroughPixel, resized } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { scaled, transformPoint, type Sim3, type Vec3 } from '../../../projects/format/sim3.ts';
import type { FrameDepth } from '../frame-depth.ts';
import { featureOfKey, imageOfKey } from '../map/feature-key.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import type { Track } from './tracks.ts';

/** One frame as the method placed it. Image i of the match graph is frame i. */
export interface RefineFrame {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics;
  depth: FrameDepth;
  /** Frames with the same key share a focal length. */
  lensKey: string;
}

export interface Sighting {
  frameIdx: number;
  /** In pixels of the picture the features were found in. */
  xPx: number;
  yPx: number;
  /** Depth in units of the frame's own points; NaN where the method has none. */
  depth: number;
}

export interface TiePoint {
  /** In the world. */
  position: Vec3;
  /** Where the point maps put it in the middle, before anything moved. */
  start: Vec3;
  sightings: Sighting[];
}

/** Intrinsics of a frame at the size its features were found in. */
export const workingIntrinsics = (graph: MatchGraph, frames: readonly RefineFrame[], i: number): Intrinsics =>
  resized(frames[i].intrinsics, graph.images[i].widthPx, graph.images[i].heightPx);

/** Tracks sampled in the point maps. `moving`: tracks left out because the method itself says that they move. */
export function tiePointsOf(
  graph: MatchGraph,
  frames: readonly RefineFrame[],
  tracks: readonly Track[],
): { points: TiePoint[]; moving: number } {
  const cameras = frames.map((_, i) => workingIntrinsics(graph, frames, i));
  const points: TiePoint[] = [];
  let moving = 0;
  for (const track of tracks) {
    const positions: Vec3[] = [];
    let moves = false;
    const sightings = track.map((key): Sighting => {
      const frameIdx = imageOfKey(key);
      const { xPx, yPx, widthPx } = graph.images[frameIdx];
      const { worldFromCamera, depth, intrinsics } = frames[frameIdx];
      const x = xPx[featureOfKey(key)];
      const y = yPx[featureOfKey(key)];
      const toPhoto = intrinsics.widthPx / widthPx;
      const z = depth.at(x * toPhoto, y * toPhoto);
      moves ||= depth.isMoving(x * toPhoto, y * toPhoto);
      if (z > 0) positions.push(transformPoint(worldFromCamera, scaled(rayThroughPixel(cameras[frameIdx], x, y), z)));
      return { frameIdx, xPx: x, yPx: y, depth: z };
    });
    if (moves) moving++;
    else if (positions.length > 0) {
      const start = middleOf(positions);
      points.push({ position: start, start, sightings });
    }
  }
  return { points, moving };
}

/** Median of each coordinate: one wrong depth does not pull it. */
function middleOf(positions: readonly Vec3[]): Vec3 {
  const middle = [0, 1, 2].map((k) => median(positions.map((p) => p[k])));
  return [middle[0], middle[1], middle[2]];
}

/** The upper one of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
