// What `reconstruct` answers: one object for scripts, a few sentences for people.

import { summaryOf, type RevisitSummary } from '../../projects/format/belief.ts';
import type { PolishReport } from '../../projects/format/polish.ts';
import type { RefinementReport } from '../../projects/format/refinement.ts';
import type { Run } from '../../projects/format/scene.ts';
import type { ImportProgress, ProjectSnapshot, RunProgress } from '../contract/commands.ts';

export interface ReconstructReport {
  engine: string | null;
  /** Photos of the project. */
  photos: number;
  /** Photos that the run has met. */
  frames: number;
  /** Frames with a pose. */
  registered: number;
  points: number;
  /** Of the run in this call, without import; 0 when there was nothing to do. */
  seconds: number;
  secondsInModel: number;
  /** From the start of the run in this call to its first points; null when it brought none. */
  firstPointsMs: number | null;
  peakRssMb: number | null;
  /** What the newest refinement by tracks brought, one entry per world; empty when nothing was refined. */
  refined: RefinementReport[];
  /** How what was believed at first differs from what is believed since the photos were met again; null when none was. */
  revisited: RevisitSummary | null;
  /** What polishing the splats brought; null when they are not polished. */
  polished: PolishReport | null;
  warnings: string[];
  /** Files that were not imported and photos that have no pose, with the reason. */
  problems: { name: string; code: string; reason: string }[];
}

/** The run that frames and points of a snapshot belong to. */
export const shownRun = ({ runs, shownRunId }: ProjectSnapshot): Run | null =>
  runs.find(({ id }) => id === shownRunId) ?? null;

export function reportOf(
  snapshot: ProjectSnapshot,
  progress: RunProgress | null,
  imported: ImportProgress | null,
  warnings: readonly string[],
): ReconstructReport {
  const { photos, frames, chunks } = snapshot;
  const names = new Map(photos.map(({ id, name }) => [id, name]));
  const unplaced = frames
    .filter(({ status }) => status !== 'placed')
    .map(({ photoId, status, reason }) => ({
      name: names.get(photoId) ?? photoId,
      code: status,
      reason:
        reason ?? (status === 'failed' ? 'It could not be used.' : 'It could not be placed beside the other photos.'),
    }));
  return {
    engine: shownRun(snapshot)?.modelId ?? null,
    photos: photos.length,
    frames: frames.length,
    registered: frames.length - unplaced.length,
    points: chunks.reduce((sum, { count }) => sum + count, 0),
    seconds: rounded((progress?.used.elapsedMs ?? 0) / 1000, 3),
    secondsInModel: rounded((progress?.used.modelMs ?? 0) / 1000, 3),
    firstPointsMs: whole(progress?.used.firstPointsMs),
    peakRssMb: whole(progress?.used.peakRssMb),
    refined: snapshot.refinements.findLast(({ undone }) => !undone)?.reports ?? [],
    revisited: summaryOf(snapshot.beliefs),
    polished: snapshot.polishes.findLast(({ undone }) => !undone)?.report ?? null,
    warnings: [...warnings],
    problems: [...(imported?.skipped ?? []), ...unplaced],
  };
}

export function sentencesOf(report: ReconstructReport): string[] {
  const { photos, frames, registered, points, seconds, revisited, problems } = report;
  return [
    `${registered} of ${frames} frames are placed, ${points.toLocaleString('en')} points, ${seconds.toFixed(1)} s (${photos} photos in the project).`,
    ...(revisited ? [sentenceOfRevisit(revisited)] : []),
    ...problems.map(({ name, reason }) => `${name}: ${reason}`),
  ];
}

function sentenceOfRevisit({ photos, distance, turnedDeg, depthRatio, firstPoints }: RevisitSummary): string {
  const depth = depthRatio === null ? '' : `, depths became ${depthRatio.toFixed(3)} of what they were`;
  return `${photos} photos were met again: by the median, cameras moved ${distance.toPrecision(3)} world units and turned ${turnedDeg.toFixed(2)}°${depth}. Their ${firstPoints.toLocaleString('en')} first points are kept too.`;
}

const whole = (value: number | null | undefined): number | null =>
  typeof value === 'number' ? Math.round(value) : null;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
