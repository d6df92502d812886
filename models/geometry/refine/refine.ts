// Refinement of any method's poses: tie points sampled in its point maps, adjusted with the cameras, accepted only when the photos agree more.
//
// Learned poses drift and learned scales wander from frame to frame. Explicit tracks hold frames together that the method saw far apart
// in time; what is adjusted are poses, one scale per frame (Sim(3)) and the focal length of each lens. Points are never rewritten.

import type { Sim3 } from '../../../projects/format/sim3.ts';
import { resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { depthDisagreements, holding, medianErrorPx, scalesOf } from './consistency.ts';
import { inPlace } from './in-place.ts';
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
/** Point maps this near to the tie points are good, whatever they were before. */
const fairDepthError = 0.1;

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
  // How far the point maps of a place lay apart: with wrong cameras the rays would say anything about depth.
  figures.depthErrorBefore = median(
    kept.flatMap((point) => depthDisagreements(before, givenScales, { ...point, position: point.start })),
  );
  figures.depthErrorAfter = median(kept.flatMap((point) => depthDisagreements(rig, scales, point)));
  if (!(figures.errorPxAfter < (1 - leastGain) * figures.errorPxBefore))
    return refused('the cameras already fit the photos');
  if (!(figures.depthErrorAfter <= Math.max(fairDepthError, Math.min(mostDepthError, figures.depthErrorBefore))))
    return refused('the points of the method do not agree with what the photos show');
  const moved = posed(frames, rig, scales);
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

/** All frames with their refined poses; those that are held get the focal length of their lens too. */
function posed(frames: readonly RefineFrame[], rig: Rig, scales: readonly number[]): RefinedPose[] | null {
  const refined = frames.map((_, i) => (scales[i] > 0 ? poseOf(rig, i, scales[i]) : null));
  const poses = inPlace(
    frames.map(({ worldFromCamera }) => worldFromCamera),
    refined,
  );
  return (
    poses &&
    frames.map(({ photoId, intrinsics }, i) => {
      const { fxPx, fyPx } = resized(rig.cameras[rig.cameraOf[i]], intrinsics.widthPx, intrinsics.heightPx);
      const own = refined[i] ? { ...intrinsics, fxPx, fyPx } : intrinsics;
      return { photoId, worldFromCamera: poses[i], intrinsics: own };
    })
  );
}
