// Refinement of any method's poses: tie points sampled in its point maps, adjusted with the cameras, accepted only when the photos agree more.
//
// Learned poses drift and learned scales wander from frame to frame. Explicit tracks hold frames together that the method saw far apart
// in time; what is adjusted are poses, one scale per frame (Sim(3)) and the focal length of each lens. Points are never rewritten.

import { compose, inverse, length, subtract, transformPoint, type Sim3 } from '../../../projects/format/sim3.ts';
import { resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { similarityBetween } from '../align.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { depthDisagreements, holding, medianErrorPx, scalesOf } from './consistency.ts';
import { largestLinked } from './linked.ts';
import { adjustRig, poseOf, rigOf, type Rig } from './rig.ts';
import { median, tiePointsOf, type RefineFrame, type TiePoint } from './sightings.ts';
import { spreadTracks, tracksOf } from './tracks.ts';

export interface RefinedPose {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
}

export interface RefineFigures {
  /** Frames that are held by tracks, of all that were looked at. */
  frames: number;
  framesInAll: number;
  /** Tracks sampled, and the share of them left out because they move or do not fit. */
  tracks: number;
  gatedShare: number;
  /** Median reprojection error in pixels of the size looked at, each time with the points that fit the cameras best. */
  errorPxBefore: number;
  errorPxAfter: number;
  /** Median disagreement between point maps and tie points: share of the depth. */
  depthErrorBefore: number;
  depthErrorAfter: number;
}

export interface Refinement {
  figures: RefineFigures;
  /** null: taken. Otherwise why everything stays as it was, as the end of a sentence. */
  refusal: string | null;
  /** All frames of the input; empty when it was refused. */
  poses: RefinedPose[];
}

/** What must agree before anything is moved. */
const leastTracks = 40;
const leastStaticShare = 0.4;
const leastGain = 0.02;
const mostDepthError = 0.25;

/** Frames of one world. Image i of the graph belongs to frame i. Equal input gives equal output. */
export function refinePoses(graph: MatchGraph, frames: readonly RefineFrame[]): Refinement {
  const { points: sampled, moving } = tiePointsOf(graph, frames, spreadTracks(graph, tracksOf(graph)));
  const tracks = sampled.length + moving;
  const { points: linked, frameIdxs } = largestLinked(sampled);
  const figures: RefineFigures = {
    frames: frameIdxs.size,
    framesInAll: frames.length,
    tracks,
    gatedShare: tracks > 0 ? moving / tracks : 0,
    ...{ errorPxBefore: NaN, errorPxAfter: NaN, depthErrorBefore: NaN, depthErrorAfter: NaN },
  };
  const refused = (refusal: string): Refinement => ({ figures, refusal, poses: [] });
  if (linked.length < leastTracks)
    return refused(`only ${linked.length} points with a depth are seen by several photos`);

  const pixel = Math.max(...graph.images.map(({ widthPx, heightPx }) => Math.max(widthPx, heightPx))) / 640;
  const rig = rigOf(graph, frames, true);
  const kept = adjusted(rig, linked, pixel);
  figures.gatedShare = (moving + linked.length - kept.length) / (moving + linked.length);
  if (kept.length < leastTracks || kept.length < leastStaticShare * linked.length)
    return refused(`only ${kept.length} of ${linked.length} tracks agree with any cameras`);

  // The same points in the method's own cameras, each where it fits these best: so both figures mean the same.
  const before = rigOf(graph, frames, false);
  const given = kept.map((point) => ({ ...point, position: point.start }));
  for (const lossPx of [16 * pixel, 2 * pixel]) adjustRig(before, given, { what: 'points', lossPx, maxIterations: 15 });
  const scales = scalesOf(rig, kept);
  const givenScales = frames.map(({ worldFromCamera }) => worldFromCamera.scale);
  figures.errorPxBefore = medianErrorPx(before, given);
  figures.errorPxAfter = medianErrorPx(rig, kept);
  figures.depthErrorBefore = median(given.flatMap((point) => depthDisagreements(before, givenScales, point)));
  figures.depthErrorAfter = median(kept.flatMap((point) => depthDisagreements(rig, scales, point)));
  if (!(figures.errorPxAfter < (1 - leastGain) * figures.errorPxBefore))
    return refused('the cameras already fit the photos');
  if (!(figures.depthErrorAfter <= Math.min(mostDepthError, figures.depthErrorBefore + 0.02)))
    return refused('the points of the method do not agree with what the photos show');
  const moved = inPlace(frames, rig, scales, kept, given);
  return moved ? { figures, refusal: null, poses: moved } : refused('the tracks do not tell the space');
}

/** Adjusts the rig from coarse to fine and returns the points that hold in the end. */
function adjusted(rig: Rig, linked: readonly TiePoint[], pixel: number): TiePoint[] {
  let points = linked.map((point) => ({ ...point }));
  // From far off a narrow loss would see only outliers: it begins as wide as the errors are.
  const start = Math.min(100 * pixel, Math.max(8 * pixel, 2 * medianErrorPx(rig, points)));
  for (const lossPx of [start, Math.sqrt(start * pixel), pixel, pixel]) {
    adjustRig(rig, points, { what: 'all', lossPx, maxIterations: 25 });
    const held = holding(rig, points, 6 * lossPx);
    // What seems wrong while the cameras are still far off may come right.
    points = lossPx > pixel && held.length < linked.length / 2 ? points : held;
  }
  return points;
}

/** Refined poses, laid onto the old scene as well as can be, so that edits, cameras and the view stay where they are. */
function inPlace(
  frames: readonly RefineFrame[],
  rig: Rig,
  scales: readonly number[],
  kept: readonly TiePoint[],
  given: readonly TiePoint[],
): RefinedPose[] | null {
  const oldFromNew = layOnto(kept, given);
  if (!oldFromNew) return null;
  const held = frames.map((_, i) => (scales[i] > 0 ? compose(oldFromNew, poseOf(rig, i, scales[i])) : null));
  return frames.map(({ photoId, worldFromCamera, intrinsics }, i) => {
    const own = held[i];
    if (own) {
      const { fxPx, fyPx } = resized(rig.cameras[rig.cameraOf[i]], intrinsics.widthPx, intrinsics.heightPx);
      return { photoId, worldFromCamera: own, intrinsics: { ...intrinsics, fxPx, fyPx } };
    }
    // A frame that no track holds goes with the nearest one that is held.
    const nearest = frames
      .map((_frame, j) => j)
      .filter((j) => held[j])
      .reduce((best, j) => (Math.abs(j - i) < Math.abs(best - i) ? j : best));
    const there = held[nearest] ?? worldFromCamera;
    const nearestFromOwn = compose(inverse(frames[nearest].worldFromCamera), worldFromCamera);
    return { photoId, worldFromCamera: compose(there, nearestFromOwn), intrinsics };
  });
}

/** oldFromNew by the points of both; those that lie far apart then, mostly ones without parallax, are left out of the last word. */
function layOnto(kept: readonly TiePoint[], given: readonly TiePoint[]): Sim3 | null {
  let idxs = kept.map((_, p) => p);
  let oldFromNew: Sim3 | null = null;
  for (let round = 0; round < 3; round++) {
    oldFromNew = similarityBetween(
      idxs.map((p) => kept[p].position),
      idxs.map((p) => given[p].position),
    );
    if (!oldFromNew) return null;
    const found = oldFromNew;
    const apart = kept.map(({ position }, p) => length(subtract(transformPoint(found, position), given[p].position)));
    const limit = 3 * median(idxs.map((p) => apart[p]));
    idxs = kept.flatMap((_, p) => (apart[p] <= limit ? [p] : []));
  }
  return oldFromNew;
}
