// From selected splats to the points of the same things: a point belongs to the splat it lies on.

import type { SelectedPointsReply, SelectedPointsRequest } from '../../contract/select-requests.ts';
import { NearestSplat } from '../../../models/geometry/nearest-splat.ts';
import {
  addRow,
  countRows,
  decodeRows,
  emptyBits,
  encodeRows,
  hasRow,
  otherRows,
  type ChunkRows,
} from '../../../projects/format/row-set.ts';
import { matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import { readGaussians, readPoints } from './scene-files.ts';
import { requireScene } from './ask.ts';
import type { SplatScene } from './splat-scene.ts';

/** Two views show the same place when their depths differ by less than this share, as when splats are merged; twice, to be sure. */
const depthShare = 0.04;

/** @throws StudioFailure nothing-to-ask, not-found, chunk-damaged */
export async function selectedPoints(request: SelectedPointsRequest): Promise<SelectedPointsReply> {
  const { frames, selection, others } = request;
  const scene = await requireScene(frames);
  const rowsOf = new Map(selection.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)]));
  const isSelected = new Uint8Array(scene.count);
  const members: number[] = [];
  const reply: SelectedPointsReply = { chunks: [], splats: 0, points: 0 };
  scene.chunkIds.forEach((chunkId, f) => {
    const count = scene.starts[f + 1] - scene.starts[f];
    const bits = rowsOf.get(chunkId) ?? emptyBits(0);
    for (let row = 0; row < count; row++)
      if (hasRow(bits, row)) {
        isSelected[scene.starts[f] + row] = 1;
        members.push(scene.starts[f] + row);
      }
    reply.splats += put(reply.chunks, chunkId, others ? otherRows(bits, count) : bits);
  });
  const nearest = new NearestSplat(scene.positions, await denseSpacing(scene));
  const isNear = nearest.near(members);
  for (const { pointsId, pointsPath, worldFromCamera } of frames) {
    const { count, positions } = await readPoints(pointsPath);
    const { scale: s, translation: t } = worldFromCamera;
    const r = matrixFromQuaternion(worldFromCamera.rotation).map((value) => value * s);
    const bits = emptyBits(count);
    for (let i = 0; i < count; i++) {
      const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
      const wx = r[0] * x + r[1] * y + r[2] * z + t[0];
      const wy = r[3] * x + r[4] * y + r[5] * z + t[1];
      const wz = r[6] * x + r[7] * y + r[8] * z + t[2];
      if (!isNear(wx, wy, wz)) continue;
      const at = nearest.at(wx, wy, wz, depthShare * z * s);
      if (at >= 0 && isSelected[at] === 1) addRow(bits, i);
    }
    reply.points += put(reply.chunks, pointsId, others ? otherRows(bits, count) : bits);
  }
  return reply;
}

function put(chunks: ChunkRows[], chunkId: string, bits: Uint8Array): number {
  const count = countRows(bits);
  if (count > 0) chunks.push({ chunkId, rows: encodeRows(bits) });
  return count;
}

/** Width of a disc that nine of ten exceed, world units: two standard deviations are a pixel on the surface. */
async function denseSpacing({ frames }: SplatScene): Promise<number> {
  const widths: number[] = [];
  for (const { gaussians, worldFromCamera } of frames) {
    const { count, logScales } = await readGaussians(gaussians?.path ?? '');
    // Rows are shuffled: a prefix is a fair sample.
    for (let i = 0; i < Math.min(count, 500); i++) widths.push(2 * Math.exp(logScales[3 * i]) * worldFromCamera.scale);
  }
  widths.sort((a, b) => a - b);
  return Math.max(1e-9, widths[Math.floor(widths.length / 10)] ?? 1e-9);
}
