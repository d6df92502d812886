// `eval`: every metric that the ground truth allows, for one run.

import type { PointColumns } from '../../projects/format/point-chunk.ts';
import type { GroundTruth } from '../../projects/format/ground-truth.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';
import { collectDepth, type EvaluatedFrame } from './collect.ts';
import { depthErrors, medianScale, scaleAndShift } from './depth.ts';
import { pairwiseScores } from './pairwise-poses.ts';
import { pointScores, type PointScores } from './points.ts';
import { trajectoryErrors } from './trajectory.ts';

export interface EvaluationInput {
  /** One entry per photo of the run. */
  frames: readonly EvaluatedFrame[];
  /** The final points of the photo at that place in input order, or null when it has none. */
  pointsOf(orderIdx: number): Promise<PointColumns | null>;
  groundTruth: GroundTruth;
}

export interface Evaluation {
  /** Photos of the run. */
  frames: number;
  /** Photos with a pose. */
  registered: number;
  /** After Sim(3) alignment of the largest submap; pairs are counted over all frames with a true pose. null: no truth, or under three common poses. */
  trajectory: {
    scale: number;
    ateRmse: number;
    rpeTransRmse: number;
    rpeRotDegRmse: number;
    rra30: number;
    rta30: number;
    auc30: number;
    ateMedian: number;
    ateMax: number;
    /** Without scaling: what a method that claims metres is worth. */
    ateRmseSe3: number;
    rotDegMean: number;
    matched: number;
  } | null;
  /**
   * Confident points against sensor depth after one scale per run. null: no sensor depth, or no points where it is.
   * `coverage`: share of the grid cells with sensor depth, over all frames that have sensor depth and points, for which the chunk holds a confident point.
   */
  depth: {
    absRel: number;
    delta125: number;
    coverage: number;
    medianRel: number;
    /** Metres per unit of the run (median ratio over all confident cells). */
    scale: number;
    /** Without any alignment. */
    absRelMetric: number;
    /** With one scale and shift of depth for the run. */
    absRelScaleShift: number;
    delta125ScaleShift: number;
    pixels: number;
    frames: number;
  } | null;
  /** The world's points against the sensor's, in metres, after the trajectory's alignment. */
  points: PointScores | null;
}

export async function evaluate({ frames, pointsOf, groundTruth }: EvaluationInput): Promise<Evaluation> {
  const placed = frames.filter((frame) => frame.status === 'placed' && frame.worldFromCamera !== null);
  const trajectory = trajectoryOf(frames, groundTruth);
  const collected = await collectDepth({
    frames: placed,
    pointsOf,
    groundTruth,
    truthFromWorld: trajectory?.truthFromEstimate ?? null,
    submapIdx: trajectory?.submapIdx ?? 0,
  });
  let depth: Evaluation['depth'] = null;
  if (collected.prediction.length > 0) {
    const { prediction, truth } = collected;
    const scale = medianScale(prediction, truth);
    const scaled = depthErrors(prediction, truth, { scale });
    const shifted = depthErrors(prediction, truth, scaleAndShift(prediction, truth));
    depth = {
      absRel: scaled.absRel,
      delta125: scaled.delta125,
      coverage: collected.confidentCells / collected.sensorCells,
      medianRel: scaled.medianRel,
      scale,
      absRelMetric: depthErrors(prediction, truth).absRel,
      absRelScaleShift: shifted.absRel,
      delta125ScaleShift: shifted.delta125,
      pixels: scaled.pixels,
      frames: collected.frames,
    };
  }
  const clouds = collected.clouds;
  return {
    frames: frames.length,
    registered: placed.length,
    trajectory: trajectory?.scores ?? null,
    depth,
    points: clouds && clouds.prediction.positions.length > 0 ? pointScores(clouds.prediction, clouds.truth) : null,
  };
}

function trajectoryOf(
  frames: readonly EvaluatedFrame[],
  groundTruth: GroundTruth,
): { scores: NonNullable<Evaluation['trajectory']>; truthFromEstimate: Sim3; submapIdx: number } | null {
  const known = frames
    .filter((frame) => groundTruth.poses.has(frame.orderIdx))
    .toSorted((a, b) => a.orderIdx - b.orderIdx)
    .map((frame) => ({
      truth: groundTruth.poses.get(frame.orderIdx)!,
      estimate: frame.status === 'placed' ? rigid(frame.worldFromCamera) : null,
      submapIdx: frame.submapIdx,
    }));
  const sizes = new Map<number, number>();
  for (const { estimate, submapIdx } of known) if (estimate) sizes.set(submapIdx, (sizes.get(submapIdx) ?? 0) + 1);
  const largest = [...sizes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0];
  if (!largest || largest[1] < 3) return null;
  const pairs = known.flatMap(({ truth, estimate, submapIdx }) =>
    estimate && submapIdx === largest[0] ? [{ truth, estimate }] : [],
  );
  const { truthFromEstimate, ...errors } = trajectoryErrors(pairs);
  const { rra30, rta30, auc30 } = pairwiseScores(known);
  return {
    scores: { ...errors, rra30, rta30, auc30, matched: pairs.length },
    truthFromEstimate,
    submapIdx: largest[0],
  };
}

/** The pose without the scale of the camera's own points. */
const rigid = (pose: Sim3 | null): Sim3 | null => pose && { ...pose, scale: 1 };
