// A rendered scene as the engine would have left it on disk: point chunks with true depth, frames with true poses, and the truth per point.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SceneFrame } from '../../electron/contract/scene-requests.ts';
import { rayThroughPixel } from '../../projects/format/intrinsics.ts';
import { emptyPointColumns, encodePointChunk, type PointColumns } from '../../projects/format/point-chunk.ts';
import { cross, normalized, scaled, subtract, type Vec3 } from '../../projects/format/sim3.ts';
import { renderScene, type RenderedView, type SceneCamera } from '../../projects/sample/render-scene.ts';
import type { Scene } from '../../projects/sample/scene.ts';

export interface RenderedFrame {
  frame: SceneFrame;
  view: RenderedView;
  camera: SceneCamera;
}

/** Renders every camera and writes its points as a final chunk into `folder`. */
export async function renderFrames(
  scene: Scene,
  cameras: readonly SceneCamera[],
  folder: string,
): Promise<RenderedFrame[]> {
  await mkdir(folder, { recursive: true });
  const frames: RenderedFrame[] = [];
  for (const [i, camera] of cameras.entries()) {
    const view = renderScene(scene, camera);
    const pointsPath = join(folder, `points-${i}.safetensors`);
    await writeFile(pointsPath, encodePointChunk(columnsOf(view, camera)));
    const { worldFromCamera, intrinsics } = camera;
    const frame = {
      frameId: `f${i}`,
      photoId: `p${i}`,
      worldFromCamera,
      intrinsics,
      pointsId: `points-${i}`,
      pointsPath,
      gaussians: null,
      deletedBoxes: [],
      goneSplats: null,
    };
    frames.push({ frame, view, camera });
  }
  return frames;
}

/** Every pixel with depth as a point, with the normal of its neighbours and full confidence. */
export function columnsOf(
  view: Pick<RenderedView, 'widthPx' | 'heightPx' | 'rgb' | 'depth'>,
  { intrinsics }: Pick<SceneCamera, 'intrinsics'>,
): PointColumns {
  const { widthPx: width, heightPx: height, depth } = view;
  const point = (x: number, y: number): Vec3 =>
    scaled(rayThroughPixel(intrinsics, x + 0.5, y + 0.5), depth[y * width + x]);
  const cells = [...depth.keys()].filter((at) => depth[at] > 0);
  const columns = emptyPointColumns(cells.length, width, height);
  columns.colors.fill(255);
  cells.forEach((at, i) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    columns.positions.set(point(x, y), 3 * i);
    columns.colors.set(view.rgb.subarray(3 * at, 3 * at + 3), 4 * i);
    columns.pixels.set([x, y], 2 * i);
    const right = subtract(point(Math.min(width - 1, x + 1), y), point(Math.max(0, x - 1), y));
    const down = subtract(point(x, Math.min(height - 1, y + 1)), point(x, Math.max(0, y - 1)));
    const n = normalized(cross(down, right));
    columns.normals.set(
      n.map((value) => Math.round(127 * value)),
      3 * i,
    );
  });
  return columns;
}
