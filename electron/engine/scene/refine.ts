// Refinement of a run: features and matches by the geometry method's front end, cameras adjusted world by world, then depth swept around what
// the method has predicted.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineProgressReport } from '../../contract/engine.ts';
import type { RefineReply, RefineRequest } from '../../contract/scene-requests.ts';
import { FrameDepth } from '../../../models/geometry/frame-depth.ts';
import type { FrontEnd } from '../../../models/geometry/front-end/front-end.ts';
import { MatchGraph } from '../../../models/geometry/map/match-graph.ts';
import { refinePoses, type RefinedPose, type RefineFigures } from '../../../models/geometry/refine/refine.ts';
import { DepthSharpener, type SharpenFrame } from '../../../models/geometry/refine/sharpen.ts';
import type { RefineFrame } from '../../../models/geometry/refine/sightings.ts';
import { sweptSize } from '../../../models/geometry/run/dense-stage.ts';
import { lensOf } from '../../../models/geometry/run/lenses.ts';
import { NewPhotoMatcher } from '../../../models/geometry/run/match-new.ts';
import { PhotoFeatures } from '../../../models/geometry/run/photo-features.ts';
import type { DepthWork } from '../../../models/geometry/dense/depth-work.ts';
import { openWorkers } from '../../../models/geometry/workers/work.ts';
import type { PhotoSource } from '../../../models/run/reconstructor.ts';
import type { RefinementReport } from '../../../projects/format/refinement.ts';
import { writeColumns } from '../chunk-file.ts';
import { PhotoReader } from '../photo-reader.ts';
import { readPoints } from './scene-files.ts';

type Report = (progress: EngineProgressReport) => void;

/** @throws StudioFailure photo-missing, photo-unreadable, not-found, chunk-damaged */
export async function refine(request: RefineRequest, report: Report = () => undefined): Promise<RefineReply> {
  const reader = new PhotoReader();
  reader.add(request.photos);
  const sources = new Map(reader.sources().map((source) => [source.id, source]));
  const worlds = Map.groupBy(request.frames, ({ submapIdx }) => submapIdx);
  const reply: RefineReply = { reports: [], poses: [], chunks: [] };
  const taken: { input: RefineFrame[]; poses: RefinedPose[] }[] = [];
  const { frontEnd, depth, dispose } = await openWorkers(availableParallelism());
  try {
    for (const frames of [...worlds.values()].toSorted((a, b) => b.length - a.length)) {
      const { graph, input } = await look(frames, sources, frontEnd, request.cacheFolder, report);
      report({ stage: 'Refining the cameras', fraction: null });
      const { figures, refusal, poses } = refinePoses(graph, input);
      reply.reports.push({ ...finite(figures), refusal });
      reply.poses.push(...poses);
      taken.push({ input, poses });
    }
    for (const { input, poses } of taken) await sharpen(input, poses, sources, depth, request, reply, report);
  } finally {
    await dispose();
  }
  return reply;
}

/** Points of a world whose cameras now fit its photos: their depth is swept in a narrow band around what the method said. */
async function sharpen(
  input: readonly RefineFrame[],
  poses: readonly RefinedPose[],
  sources: ReadonlyMap<string, PhotoSource>,
  work: DepthWork,
  { frames, cacheFolder, chunksFolder }: RefineRequest,
  reply: RefineReply,
  report: Report,
): Promise<void> {
  const depthOf = new Map(input.map(({ photoId, depth }) => [photoId, depth]));
  const pathOf = new Map(frames.map(({ photoId, pointsPath }) => [photoId, pointsPath]));
  const seen = poses.flatMap((pose): SharpenFrame[] => {
    const [source, depth] = [sources.get(pose.photoId), depthOf.get(pose.photoId)];
    return source && depth ? [{ ...pose, depth, read: () => source.read(sweptSize(source)) }] : [];
  });
  const sharpener = new DepthSharpener(seen, work, { folder: join(cacheFolder, 'depth') });
  try {
    for (const [i, { photoId }] of seen.entries()) {
      report({ stage: `Sharpening the depth of photo ${i + 1} of ${seen.length}`, fraction: i / seen.length });
      const upcoming = seen.slice(i + 1, i + 3).map((frame) => frame.photoId);
      const points = await sharpener.sharpened(photoId, await readPoints(pathOf.get(photoId) ?? ''), upcoming);
      if (points) reply.chunks.push(await writeColumns(points, { photoId, kind: 'final' }, chunksFolder));
    }
  } finally {
    await sharpener.dispose();
  }
}

/** Features and matches of the photos of one world, and their frames with depth. */
async function look(
  frames: RefineRequest['frames'],
  sources: ReadonlyMap<string, PhotoSource>,
  frontEnd: FrontEnd,
  cacheFolder: string,
  report: Report,
): Promise<{ graph: MatchGraph; input: RefineFrame[] }> {
  const features = new PhotoFeatures(frontEnd, cacheFolder, null);
  const met: PhotoSource[] = [];
  const matcher = new NewPhotoMatcher(frontEnd, (imageIdx) => features.descriptorsOf(met[imageIdx]));
  const graph = new MatchGraph();
  const input: RefineFrame[] = [];
  const seen = frames.flatMap((frame) => sources.get(frame.photoId) ?? []);
  for (const [i, { photoId, worldFromCamera, intrinsics, pointsPath }] of frames.entries()) {
    const source = sources.get(photoId);
    if (!source) continue;
    report({ stage: `Comparing photo ${i + 1} of ${frames.length}`, fraction: i / frames.length });
    for (const upcoming of seen.slice(i + 1, i + 3)) features.prepare(upcoming);
    const found = await features.of(source);
    met.push(source);
    await matcher.match(graph, graph.addImage(found), 0);
    const lensKey = lensOf(source, found.widthPx, found.heightPx).key;
    const depth = new FrameDepth(await readPoints(pointsPath), intrinsics);
    input.push({ photoId, worldFromCamera, intrinsics, depth, lensKey });
  }
  return { graph, input };
}

/** What was not measured is null: NaN does not survive JSON. */
function finite(figures: RefineFigures): Omit<RefinementReport, 'refusal'> {
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    ...figures,
    errorPxBefore: known(figures.errorPxBefore),
    errorPxAfter: known(figures.errorPxAfter),
    depthErrorBefore: known(figures.depthErrorBefore),
    depthErrorAfter: known(figures.depthErrorAfter),
  };
}
