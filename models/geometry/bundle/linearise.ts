// Normal equations of bundle adjustment, point by point: analytic derivatives and the blocks that the Schur complement needs.
//
// Order of a pose's six parameters: rotation vector applied from the left (R ← exp(ω)·R), then translation.

import { cameraParameters, type BundleProblem } from './bundle-problem.ts';

/** Points nearer to the camera plane than this count as behind it. */
const nearestDepth = 1e-6;
/** Squared pixels an observation costs whose point lies behind its camera. */
const behindError = 1e4;

export interface Projection {
  /** Residual in pixels: projected minus observed. */
  rx: number;
  ry: number;
  /** 2 × 6 by the pose. */
  byPose: Float64Array;
  /** 2 × 3 by focal length, k1, k2. */
  byCamera: Float64Array;
  /** 2 × 3 by the point. */
  byPoint: Float64Array;
}

export const emptyProjection = (): Projection => ({
  rx: 0,
  ry: 0,
  byPose: new Float64Array(12),
  byCamera: new Float64Array(6),
  byPoint: new Float64Array(6),
});

/** Residual and derivatives of one observation; false when the point is behind the camera. */
export function projectWithDerivatives(p: BundleProblem, observation: number, point: number, out: Projection): boolean {
  const pose = p.observationPose[observation];
  const camera = p.cameraOfPose[pose];
  const r = p.rotations;
  const ro = 9 * pose;
  const px = p.points[3 * point];
  const py = p.points[3 * point + 1];
  const pz = p.points[3 * point + 2];
  // Rotated point and camera coordinates.
  const ax = r[ro] * px + r[ro + 1] * py + r[ro + 2] * pz;
  const ay = r[ro + 3] * px + r[ro + 4] * py + r[ro + 5] * pz;
  const az = r[ro + 6] * px + r[ro + 7] * py + r[ro + 8] * pz;
  const z = az + p.translations[3 * pose + 2];
  if (!(z > nearestDepth)) return false;
  const iz = 1 / z;
  const u = (ax + p.translations[3 * pose]) * iz;
  const v = (ay + p.translations[3 * pose + 1]) * iz;
  const f = p.cameras[cameraParameters * camera];
  const k1 = p.cameras[cameraParameters * camera + 1];
  const k2 = p.cameras[cameraParameters * camera + 2];
  const r2 = u * u + v * v;
  const d = 1 + r2 * (k1 + r2 * k2);
  out.rx = f * u * d + p.principalPoints[2 * camera] - p.observationPx[2 * observation];
  out.ry = f * v * d + p.principalPoints[2 * camera + 1] - p.observationPx[2 * observation + 1];
  // ∂(u·d, v·d)/∂(u, v), a symmetric matrix, times f / z.
  const slope = 2 * (k1 + 2 * k2 * r2);
  const s = f * iz;
  const xx = s * (d + slope * u * u);
  const xy = s * slope * u * v;
  const yy = s * (d + slope * v * v);
  const xz = -(xx * u + xy * v);
  const yz = -(xy * u + yy * v);
  const jp = out.byPose;
  // ∂(R·X)/∂ω = −[R·X]×
  jp[0] = xz * ay - xy * az;
  jp[1] = xx * az - xz * ax;
  jp[2] = xy * ax - xx * ay;
  jp[3] = xx;
  jp[4] = xy;
  jp[5] = xz;
  jp[6] = yz * ay - yy * az;
  jp[7] = xy * az - yz * ax;
  jp[8] = yy * ax - xy * ay;
  jp[9] = xy;
  jp[10] = yy;
  jp[11] = yz;
  const jx = out.byPoint;
  for (let c = 0; c < 3; c++) {
    jx[c] = xx * r[ro + c] + xy * r[ro + 3 + c] + xz * r[ro + 6 + c];
    jx[3 + c] = xy * r[ro + c] + yy * r[ro + 3 + c] + yz * r[ro + 6 + c];
  }
  const jc = out.byCamera;
  const free = p.cameraFree;
  const co = cameraParameters * camera;
  jc[0] = free[co] ? u * d : 0;
  jc[3] = free[co] ? v * d : 0;
  jc[1] = free[co + 1] ? f * u * r2 : 0;
  jc[4] = free[co + 1] ? f * v * r2 : 0;
  jc[2] = free[co + 2] ? f * u * r2 * r2 : 0;
  jc[5] = free[co + 2] ? f * v * r2 * r2 : 0;
  return true;
}

/** Squared reprojection error in pixels². */
export function squaredError(p: BundleProblem, observation: number, point: number): number {
  const pose = p.observationPose[observation];
  const camera = p.cameraOfPose[pose];
  const r = p.rotations;
  const ro = 9 * pose;
  const px = p.points[3 * point];
  const py = p.points[3 * point + 1];
  const pz = p.points[3 * point + 2];
  const z = r[ro + 6] * px + r[ro + 7] * py + r[ro + 8] * pz + p.translations[3 * pose + 2];
  if (!(z > nearestDepth)) return behindError;
  const u = (r[ro] * px + r[ro + 1] * py + r[ro + 2] * pz + p.translations[3 * pose]) / z;
  const v = (r[ro + 3] * px + r[ro + 4] * py + r[ro + 5] * pz + p.translations[3 * pose + 1]) / z;
  const r2 = u * u + v * v;
  const d = p.cameras[3 * camera] * (1 + r2 * (p.cameras[3 * camera + 1] + r2 * p.cameras[3 * camera + 2]));
  const ex = u * d + p.principalPoints[2 * camera] - p.observationPx[2 * observation];
  const ey = v * d + p.principalPoints[2 * camera + 1] - p.observationPx[2 * observation + 1];
  const error = ex * ex + ey * ey;
  return error < behindError ? error : behindError;
}

/** Σ c²·log(1 + e²/c²) over all observations (Cauchy), plus the camera priors. */
export function robustCost(p: BundleProblem, lossPx: number): number {
  const c2 = lossPx * lossPx;
  let cost = 0;
  for (let point = 0; point < p.pointCount; point++) {
    for (let o = p.observationStart[point]; o < p.observationStart[point + 1]; o++) {
      cost += c2 * Math.log1p(squaredError(p, o, point) / c2);
    }
  }
  for (let i = 0; i < p.cameras.length; i++) {
    cost += p.cameraPriorWeights[i] * (p.cameras[i] - p.cameraPriors[i]) ** 2;
  }
  return cost;
}
