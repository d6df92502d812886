// Pi3's answers (model-facts 7): points in each photo's own axes, and a matrix near the rotation, whose nearest rotation is found here.

import { quaternionFromMatrix, type Quaternion } from '../../../projects/format/sim3.ts';
import { determinant3, multiply3, transpose3 } from '../../geometry/linear-algebra/matrix3.ts';
import { svd3 } from '../../geometry/linear-algebra/svd3.ts';
import type { Look, SeenView } from './view-network.ts';

export async function readPi3(look: Look, view: number): Promise<SeenView> {
  const points = look.part('points', view);
  const [heightPx, widthPx] = points.shape;
  const [x, y, z, ...matrix] = look.part('camera', view).data as Float32Array;
  return {
    widthPx,
    heightPx,
    // Views share one buffer, and what is kept of one should not keep all.
    points: (points.data as Float32Array).slice(),
    // A sigmoid's odds, from one on like the confidences of the other networks.
    confidences: (look.part('conf', view).data as Float32Array).map((logit) => 1 + Math.exp(logit)),
    windowFromCamera: { rotation: nearestRotation(matrix), translation: [x, y, z], scale: 1 },
    focalPx: null,
    second: null,
  };
}

/** @param matrix 9, row by row; its rows are brought to unit length first, as the official code does */
export function nearestRotation(matrix: readonly number[]): Quaternion {
  const rows = [0, 3, 6].flatMap((start) => {
    const row = matrix.slice(start, start + 3);
    const norm = Math.hypot(...row) || 1;
    return row.map((value) => value / norm);
  });
  const { u, v } = svd3(rows);
  const sign = determinant3(u) * determinant3(v) < 0 ? -1 : 1;
  return quaternionFromMatrix(multiply3(multiply3(u, [1, 0, 0, 0, 1, 0, 0, 0, sign]), transpose3(v)));
}
