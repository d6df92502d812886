// COLMAP models, text and binary: cameras at original photo size, rigid poses, points with the pixels of all photos that see them.
// Binary files go to `sparse/0`, where most programs look for them, text files to `sparse_text`.

import { join } from 'node:path';
import type { ExportFiles } from '../file-sink.ts';
import { photoNames } from '../photo-names.ts';
import type { VisibleScene } from '../visible.ts';
import { BinaryModel } from './binary-model.ts';
import { colmapCamera, type ColmapCamera } from './model.ts';
import { Observations } from './observations.ts';
import { Sightings } from './sightings.ts';
import { TextModel } from './text-model.ts';

/** Programs that start from such a model expect hundreds of thousands of points, not hundreds of millions. */
const colmapMaxPoints = 300_000;
/** Points up to which all their observations are found: each takes some two hundred bytes of memory then. */
const mostWithTracks = 2_000_000;

/** Writes both models under `folder`. */
export async function writeColmap(files: ExportFiles, folder: string, scene: VisibleScene): Promise<string[]> {
  const frames = scene.requireFrames();
  const cameras: ColmapCamera[] = [];
  const cameraIds = new Map<string, number>();
  const cameraIdOf = frames.map(({ intrinsics }) => {
    const camera = colmapCamera(intrinsics);
    const key = JSON.stringify(camera);
    if (!cameraIds.has(key)) cameraIds.set(key, cameras.push(camera));
    return cameraIds.get(key) as number;
  });
  const names = photoNames(frames.map(({ photo }) => photo));
  const writers = [
    await TextModel.open(files, join(folder, 'sparse_text'), cameras),
    await BinaryModel.open(files, join(folder, 'sparse', '0'), cameras, frames.length),
  ];
  // A model of many millions of points is written with one observation each: all of them would not fit into memory.
  const total = scene.pointCount(colmapMaxPoints);
  const sightings = total <= mostWithTracks ? await Sightings.of(scene) : null;
  const seen = frames.map(() => new Observations());
  let pointId = 1;
  for await (const block of scene.points(colmapMaxPoints)) {
    const { frameIdx, count, pixels } = block;
    const firstPointId = pointId;
    const tracks = Array.from({ length: count }, (_, row) => {
      const idx = seen[frameIdx].add(pixels[row * 2], pixels[row * 2 + 1], firstPointId + row);
      return [frameIdx + 1, idx];
    });
    for (const { frameIdx: other, row, xPx, yPx } of sightings?.ofBlock(block) ?? [])
      tracks[row].push(other + 1, seen[other].add(xPx, yPx, firstPointId + row));
    for (const writer of writers) await writer.points({ block, firstPointId, tracks });
    pointId += count;
  }
  for (const [idx, frame] of frames.entries())
    for (const writer of writers)
      await writer.image({ id: idx + 1, cameraId: cameraIdOf[idx], name: names[idx], frame, seen: seen[idx] });
  for (const writer of writers) await writer.close(pointId - 1);
  const notices = scene.isThinned(colmapMaxPoints) ? [`Points were thinned to a fair sample of ${pointId - 1}.`] : [];
  if (!sightings)
    notices.push(`More than ${mostWithTracks} points: each has the one photo that it came from in its track.`);
  if (names.some((name) => /\s/.test(name)))
    notices.push('Some photo names hold spaces, at which COLMAP’s text format cuts them: use the binary model.');
  return notices;
}
