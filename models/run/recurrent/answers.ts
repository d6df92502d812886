// From the numbers of one step to what the studio shows: pose, point map, confidence, disagreement of the two predictions.

import type { PhotoId } from '../../../projects/format/scene.ts';
import { matrixFromQuaternion, normalizedQuaternion, type Sim3 } from '../../../projects/format/sim3.ts';
import { ownGaussians } from '../head-gaussians.ts';
import type { PointMap } from '../reconstructor.ts';
import type { StepAnswer } from './network.ts';

/** Camera to world of the network's own world: rotation and translation, scale one. */
export function poseOf({ pose }: Pick<StepAnswer, 'pose'>): Sim3 {
  const [tx, ty, tz, qw, qx, qy, qz] = pose;
  return { rotation: normalizedQuaternion([qx, qy, qz, qw]), translation: [tx, ty, tz], scale: 1 };
}

/** The network's 1…∞ as 0…1: one minus its inverse. 1.5, the official threshold for showing a point, becomes 1/3. */
export const shownConfidence = (confidence: number): number => 1 - 1 / Math.max(1, confidence);

/** Mean shown confidence of a map. */
export function meanConfidence(confidences: Float32Array): number {
  let sum = 0;
  for (const value of confidences) sum += value;
  return confidences.length > 0 ? sum / confidences.length : 0;
}

/** @param colors height × width × 3 sRGB of the photo; null: the colours that the network believes */
export function pointMapOf(answer: StepAnswer, photoId: PhotoId, colors: Uint8Array | null): PointMap {
  const { widthPx, heightPx, pointsSelf } = answer;
  const positions = pointsSelf.slice();
  for (let i = 0; i < positions.length; i += 3)
    if (!Number.isFinite(positions[i] + positions[i + 1] + positions[i + 2])) positions.fill(NaN, i, i + 3);
  return {
    photoId,
    kind: colors ? 'final' : 'inferred',
    gridWidthPx: widthPx,
    gridHeightPx: heightPx,
    positions,
    confidences: answer.confSelf.map(shownConfidence),
    colors:
      colors ?? Uint8Array.from(answer.colors, (value) => Math.round(Math.min(1, Math.max(0, (value + 1) / 2)) * 255)),
    normals: null,
    errors: colors ? disagreement(answer) : null,
    moving: null,
    ...(colors && answer.gaussians ? { gaussians: ownGaussians(answer.gaussians, pointsSelf, widthPx, colors) } : {}),
  };
}

/**
 * Distance between the two world estimates of each pixel (own points moved by the pose, and points predicted in the world),
 * relative to the distance from the camera.
 */
export function disagreement(answer: StepAnswer): Float32Array {
  const { pointsSelf, pointsWorld } = answer;
  const { rotation, translation: t } = poseOf(answer);
  const m = matrixFromQuaternion(rotation);
  const errors = new Float32Array(pointsSelf.length / 3);
  for (let i = 0, p = 0; i < errors.length; i++, p += 3) {
    const x = pointsSelf[p];
    const y = pointsSelf[p + 1];
    const z = pointsSelf[p + 2];
    const dx = m[0] * x + m[1] * y + m[2] * z + t[0] - pointsWorld[p];
    const dy = m[3] * x + m[4] * y + m[5] * z + t[1] - pointsWorld[p + 1];
    const dz = m[6] * x + m[7] * y + m[8] * z + t[2] - pointsWorld[p + 2];
    const far = x * x + y * y + z * z;
    errors[i] = far > 0 ? Math.sqrt((dx * dx + dy * dy + dz * dz) / far) : 1;
  }
  return errors;
}
