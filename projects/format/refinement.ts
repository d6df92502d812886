// A refinement of a run: what was adjusted, what it brought, and the poses before and after, so that it can be taken back.

import type { Intrinsics } from './intrinsics.ts';
import type { PhotoId, RunId } from './scene.ts';
import type { Sim3 } from './sim3.ts';

/** Figures of one world (frames of one submap). */
export interface RefinementReport {
  /** Frames that tracks hold together, of all frames of this world. */
  frames: number;
  framesInAll: number;
  /** Tracks that were sampled, and the share of them left out because they move or fit no cameras. */
  tracks: number;
  gatedShare: number;
  /** Median reprojection error in pixels of the size the photos were looked at; null when it was not measured. */
  errorPxBefore: number | null;
  errorPxAfter: number | null;
  /** Median disagreement of point maps and tie points, as a share of the depth. */
  depthErrorBefore: number | null;
  depthErrorAfter: number | null;
  /** null: taken. Otherwise why the cameras stay as they were, as the end of a sentence. */
  refusal: string | null;
}

export interface FramePose {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics;
}

export interface Refinement {
  id: string;
  runId: RunId;
  createdAtMs: number;
  /** One per world, the largest first. */
  reports: RefinementReport[];
  undone: boolean;
}

/** What a refinement did, as one sentence. */
export function sentenceOfReport(report: RefinementReport): string {
  const { frames, framesInAll, tracks, gatedShare, errorPxBefore, errorPxAfter, refusal } = report;
  if (refusal !== null) return `The cameras of ${framesInAll} photos were left as they are: ${refusal}.`;
  const error = (px: number | null): string => (px === null ? '?' : px.toFixed(2));
  return (
    `Refined ${frames} of ${framesInAll} photos by ${tracks} tracks: the median error fell from ${error(errorPxBefore)} to ` +
    `${error(errorPxAfter)} pixels; ${(100 * gatedShare).toFixed(1)} % of the tracks were left out because they move or do not fit.`
  );
}
