// Reads transforms.json of instant-ngp, Nerfstudio and the synthetic NeRF scenes.

import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Intrinsics } from '../../format/intrinsics.ts';
import { StudioFailure } from '../../format/result.ts';
import { quaternionFromMatrix, type Sim3 } from '../../format/sim3.ts';
import { finder, type Prior, type Priors } from './prior-index.ts';

const number = v.pipe(v.number(), v.finite());
const cameraEntries = {
  fl_x: v.optional(number),
  fl_y: v.optional(number),
  cx: v.optional(number),
  cy: v.optional(number),
  w: v.optional(number),
  h: v.optional(number),
  k1: v.optional(number),
  k2: v.optional(number),
  camera_angle_x: v.optional(number),
};
const camera = v.object(cameraEntries);
const file = v.object({
  ...cameraEntries,
  frames: v.array(
    v.object({
      ...cameraEntries,
      file_path: v.string(),
      transform_matrix: v.pipe(v.array(v.pipe(v.array(number), v.length(4))), v.minLength(3)),
    }),
  ),
});

/** @throws StudioFailure bad-input */
export async function readTransforms(path: string): Promise<Priors> {
  try {
    const { frames, ...shared } = v.parse(file, JSON.parse(await readFile(path, 'utf8')));
    const priors = new Map<string, Prior>();
    let without = 0;
    for (const { file_path: name, transform_matrix: matrix, ...own } of frames) {
      const intrinsics = intrinsicsOf({ ...shared, ...own });
      if (intrinsics) priors.set(name, { worldFromCamera: worldFromCamera(matrix), intrinsics });
      else without++;
    }
    const notices = without > 0 ? [`transforms.json names no picture size or focal length for ${without} photos.`] : [];
    return { tool: 'transforms.json', notices, ofFile: finder(priors) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StudioFailure('bad-input', { reason: `transforms.json cannot be read (${reason}).` });
  }
}

/** Its cameras look along −z with y up (OpenGL); ours along z with y down: the second and third axis turn round. */
function worldFromCamera(rows: readonly (readonly number[])[]): Sim3 {
  const axisLength = Math.hypot(rows[0][0], rows[1][0], rows[2][0]) || 1;
  const m = rows.slice(0, 3).flatMap(([x, y, z]) => [x / axisLength, -y / axisLength, -z / axisLength]);
  return { rotation: quaternionFromMatrix(m), translation: [rows[0][3], rows[1][3], rows[2][3]], scale: 1 };
}

function intrinsicsOf(c: v.InferOutput<typeof camera>): Intrinsics | null {
  const { w: widthPx, h: heightPx } = c;
  if (!widthPx || !heightPx) return null;
  const fxPx = c.fl_x ?? (c.camera_angle_x ? widthPx / 2 / Math.tan(c.camera_angle_x / 2) : null);
  if (!fxPx) return null;
  const { cx: cxPx = widthPx / 2, cy: cyPx = heightPx / 2, k1 = 0, k2 = 0 } = c;
  return { widthPx, heightPx, fxPx, fyPx: c.fl_y ?? fxPx, cxPx, cyPx, k1, k2 };
}
