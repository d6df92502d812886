// What a run believed of a photo when it met it first, kept beside what it believes since it has met the photo again.

import type { Intrinsics } from './intrinsics.ts';
import type { Frame, FrameId, PointChunk } from './scene.ts';
import { angleBetween, compose, inverse, length, subtract, type Sim3 } from './sim3.ts';

/** How the depth of a photo changed between two beliefs, over the pixels that have a point in both. */
export interface DepthChange {
  /** Median depth of the first belief, in camera axes. */
  medianDepth: number;
  /** Median over pixels of revised depth / first depth. */
  medianRatio: number;
}

/** Of a photo that was met twice. */
export const beliefIds = ['first', 'revised'] as const;
export type BeliefId = (typeof beliefIds)[number];

export interface FirstBelief {
  frameId: FrameId;
  worldFromCamera: Sim3;
  intrinsics: Intrinsics | null;
  /** 0…1, as in `Frame`. */
  confidence: number;
  /** Its points: a file of its own beside the revised ones. */
  points: PointChunk;
  /** What replaced it: pose and confidence that the last meeting gave, before any refinement. */
  revised: { worldFromCamera: Sim3; confidence: number };
  /** null when the two share no pixel. */
  depth: DepthChange | null;
}

export interface CameraChange {
  /** Distance between the two centres, in world units. */
  distance: number;
  /** Angle between the two orientations. */
  turnedRad: number;
}

export const cameraChangeOf = ({ worldFromCamera: first, revised }: FirstBelief): CameraChange => ({
  distance: length(subtract(revised.worldFromCamera.translation, first.translation)),
  turnedRad: angleBetween(first.rotation, revised.worldFromCamera.rotation),
});

/**
 * Where the first belief stands in the world as it is now. Refinement has moved the frame since; the first belief goes with it, so that
 * the two still differ by what the second meeting changed.
 * @param worldFromCameraNow of the frame
 */
export const firstPoseIn = (belief: FirstBelief, worldFromCameraNow: Sim3): Sim3 =>
  compose(worldFromCameraNow, compose(inverse(belief.revised.worldFromCamera), belief.worldFromCamera));

/** The frame as it was believed at first, where that stands in the world as it is now. */
export function firstFrame(frame: Frame, belief: FirstBelief): Frame {
  if (!frame.worldFromCamera) return frame;
  const { intrinsics, confidence } = belief;
  return { ...frame, worldFromCamera: firstPoseIn(belief, frame.worldFromCamera), intrinsics, confidence };
}

/** Medians over the photos that were met again. */
export interface RevisitSummary {
  photos: number;
  /** World units that the cameras moved. */
  distance: number;
  turnedDeg: number;
  /** Revised depth / first depth; null when no photo could be compared. */
  depthRatio: number | null;
  /** Points of first beliefs that are kept beside the revised ones. */
  firstPoints: number;
}

/** null when no photo was met again. */
export function summaryOf(beliefs: readonly FirstBelief[]): RevisitSummary | null {
  const changes = beliefs.map(cameraChangeOf);
  const distance = medianOf(Float32Array.from(changes, (change) => change.distance));
  const turnedRad = medianOf(Float32Array.from(changes, (change) => change.turnedRad));
  if (distance === null || turnedRad === null) return null;
  return {
    photos: beliefs.length,
    distance,
    turnedDeg: (turnedRad * 180) / Math.PI,
    depthRatio: medianOf(Float32Array.from(beliefs.flatMap(({ depth }) => depth?.medianRatio ?? []))),
    firstPoints: beliefs.reduce((sum, { points }) => sum + points.count, 0),
  };
}

/** The middle of some numbers, the upper one of two; null when there are none. Numbers are sorted in place. */
export function medianOf(values: Float32Array): number | null {
  return values.length > 0 ? values.sort()[values.length >> 1] : null;
}
