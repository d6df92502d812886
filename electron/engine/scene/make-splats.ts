// Gaussians of one frame with their language codes, written as a chunk; and the planes of the room they are told by.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RoomPlanesReply, SceneFrame, SplatRequest } from '../../contract/scene-requests.ts';
import { depthViewOf, gaussiansFromPoints, type DepthView } from '../../../models/geometry/gaussians.ts';
import { codeOf } from '../../../models/language/codebook.ts';
import { findRoomPlanes, surfaceKindOf, type RoomPlanes } from '../../../models/language/surface.ts';
import { encodeGaussianChunk, type GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { projectPoint, resized } from '../../../projects/format/intrinsics.ts';
import { bytesPerGaussianPoint, bytesPerPoint, type PointColumns } from '../../../projects/format/point-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { compose, inverse, rotate, transformPoint, type Sim3, type Vec3 } from '../../../projects/format/sim3.ts';
import { writeDurably } from '../durable-file.ts';
import { FileCache, readGaussians, readPoints } from './scene-files.ts';

const points = new FileCache<PointColumns>(
  readPoints,
  ({ count, gaussians }) => count * (gaussians ? bytesPerGaussianPoint : bytesPerPoint),
  400 * 2 ** 20,
);

/** Frames whose depth is asked whether it shows a point too. More would rarely see it from a better place. */
const maxNeighbours = 8;

/** Points of each frame that take part in finding planes: a prefix is a fair sample. */
const samplePerFrame = 3000;

export async function findPlanes({
  frames,
  upInWorld,
}: {
  frames: SceneFrame[];
  upInWorld: Vec3;
}): Promise<RoomPlanesReply> {
  const positions: number[] = [];
  const normals: number[] = [];
  for (const frame of frames) {
    const columns = await points.get(frame.pointsPath);
    for (let i = 0; i < Math.min(columns.count, samplePerFrame); i++) {
      positions.push(...transformPoint(frame.worldFromCamera, at(columns.positions, i)));
      normals.push(...unit(rotate(frame.worldFromCamera.rotation, at(columns.normals, i))));
    }
  }
  const planes = findRoomPlanes(Float32Array.from(positions), Float32Array.from(normals), upInWorld);
  return { ...planes, walls: [...planes.walls] };
}

/** @throws StudioFailure not-found, chunk-damaged, disk-full */
export async function makeSplats({
  frames,
  frameId,
  planes,
  chunksFolder,
}: SplatRequest): Promise<{ id: string; count: number }> {
  const frame = frames.find((candidate) => candidate.frameId === frameId);
  if (!frame) throw new StudioFailure('not-found', { what: 'photo' });
  const gaussians = await gaussiansOfFrame(frame, frames, async ({ gaussians: made }) =>
    made === null ? null : readGaussians(made.path),
  );
  giveCodes(gaussians, frame.worldFromCamera, planes);
  const id = randomUUID();
  await writeDurably(join(chunksFolder, `${id}.safetensors`), encodeGaussianChunk(gaussians));
  return { id, count: gaussians.count };
}

/** Gaussians of one frame. @param madeOf Gaussians of another frame, where they exist: what they show is not shown again */
export async function gaussiansOfFrame(
  frame: SceneFrame,
  frames: readonly SceneFrame[],
  madeOf: (other: SceneFrame) => Promise<GaussianColumns | null>,
): Promise<GaussianColumns> {
  const columns = await points.get(frame.pointsPath);
  const others: DepthView[] = [];
  for (const other of await overlapping(frame, columns, frames))
    others.push(
      depthViewOf(await points.get(other.pointsPath), other.worldFromCamera, other.intrinsics, await madeOf(other)),
    );
  return gaussiansFromPoints(columns, depthViewOf(columns, frame.worldFromCamera, frame.intrinsics, null), others);
}

/** Frames that see most of a sample of the points, most first. */
async function overlapping(
  frame: SceneFrame,
  columns: PointColumns,
  frames: readonly SceneFrame[],
): Promise<SceneFrame[]> {
  const sample = Array.from({ length: Math.min(60, columns.count) }, (_, i) => at(columns.positions, i));
  return frames
    .filter((other) => other.frameId !== frame.frameId)
    .map((other) => {
      const otherFromFrame = compose(inverse(other.worldFromCamera), frame.worldFromCamera);
      const camera = resized(other.intrinsics, 1, 1);
      const seen = sample.filter((p) => {
        const pixel = projectPoint(camera, transformPoint(otherFromFrame, p));
        return pixel !== null && pixel[0] >= 0 && pixel[0] < 1 && pixel[1] >= 0 && pixel[1] < 1;
      });
      return { other, seen: seen.length };
    })
    .filter(({ seen }) => seen > 2)
    .sort((a, b) => b.seen - a.seen)
    .slice(0, maxNeighbours)
    .map(({ other }) => other);
}

/** Language code of every Gaussian: its colour on the kind of surface it lies on. The thin axis of a disc is its normal. */
function giveCodes(gaussians: GaussianColumns, worldFromCamera: Sim3, planes: RoomPlanes): void {
  for (let i = 0; i < gaussians.count; i++) {
    const mean = at(gaussians.means, i);
    const [x, y, z, w] = gaussians.rotations.subarray(4 * i, 4 * i + 4);
    const flat = gaussians.logScales[3 * i + 2] < gaussians.logScales[3 * i + 1] - 0.5;
    const inCamera = rotate([x / 32767, y / 32767, z / 32767, w / 32767], [0, 0, 1]);
    // A surface looks towards the camera that saw it.
    const towards = inCamera[0] * mean[0] + inCamera[1] * mean[1] + inCamera[2] * mean[2] > 0 ? -1 : 1;
    const normal = rotate(worldFromCamera.rotation, [
      inCamera[0] * towards,
      inCamera[1] * towards,
      inCamera[2] * towards,
    ]);
    const kind = surfaceKindOf(planes, transformPoint(worldFromCamera, mean), flat ? unit(normal) : [0, 0, 0]);
    const [red, green, blue] = gaussians.colors.subarray(4 * i, 4 * i + 3);
    gaussians.featureIdx[i] = codeOf(red, green, blue, kind);
  }
}

const at = (column: ArrayLike<number>, i: number): Vec3 => [column[3 * i], column[3 * i + 1], column[3 * i + 2]];

function unit(v: Vec3): Vec3 {
  const l = Math.hypot(...v);
  return l > 1e-6 ? [v[0] / l, v[1] / l, v[2] / l] : [0, 0, 0];
}
