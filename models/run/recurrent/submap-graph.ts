// Places submaps so that all measured relations between them hold as well as they can: a pose graph over similarities.
//
// Levenberg–Marquardt in the tangent space, the first submap fixed (the recipe of VGGT-Long, model-facts 2.7). A run has few submaps, so
// derivatives are taken numerically and the system is solved densely.

import {
  compose,
  inverse,
  multiplyQuaternions,
  normalizedQuaternion,
  rotate,
  add,
  scaled,
  type Quaternion,
  type Sim3,
  type Vec3,
} from '../../../projects/format/sim3.ts';

/** Submap `to` seen from submap `from`. */
export interface SubmapEdge {
  from: number;
  to: number;
  fromFromTo: Sim3;
}

const rounds = 30;
const step = 1e-6;

/** @returns worldFromSubmap for every submap; those without a path to the first stay where they are */
export function optimiseSubmaps(worldFromSubmap: readonly Sim3[], edges: readonly SubmapEdge[]): Sim3[] {
  let poses = [...worldFromSubmap];
  const free = poses.length - 1;
  if (free < 1) return poses;
  let residuals = residualsOf(poses, edges);
  let cost = sumOfSquares(residuals);
  let damping = 1e-6;
  for (let round = 0; round < rounds && cost > 1e-18; round++) {
    const { hessian, gradient } = normalEquations(poses, edges, residuals);
    const change = solve(hessian, gradient, damping);
    const candidate = poses.map((pose, idx) =>
      idx === 0 ? pose : moved(pose, change.subarray(7 * (idx - 1), 7 * idx)),
    );
    const candidateResiduals = residualsOf(candidate, edges);
    const candidateCost = sumOfSquares(candidateResiduals);
    if (candidateCost < cost) {
      const gain = cost - candidateCost;
      [poses, residuals, cost] = [candidate, candidateResiduals, candidateCost];
      damping = Math.max(1e-12, damping / 2);
      if (gain < 1e-15) break;
    } else damping *= 2;
  }
  return poses;
}

/** Seven numbers per edge: rotation vector, translation, logarithm of scale of (measured)⁻¹ ∘ (as placed). */
function residualsOf(poses: readonly Sim3[], edges: readonly SubmapEdge[]): Float64Array {
  const out = new Float64Array(7 * edges.length);
  edges.forEach(({ from, to, fromFromTo }, idx) => {
    const error = compose(inverse(fromFromTo), compose(inverse(poses[from]), poses[to]));
    const [x, y, z, w] = error.rotation;
    const sine = Math.hypot(x, y, z);
    const angle = 2 * Math.atan2(sine, Math.abs(w)) * Math.sign(w || 1);
    const factor = sine > 1e-12 ? angle / sine : 2;
    out.set([x * factor, y * factor, z * factor, ...error.translation, Math.log(error.scale)], 7 * idx);
  });
  return out;
}

const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** pose ∘ exp(change): rotation vector, translation, logarithm of scale. */
function moved(pose: Sim3, change: Float64Array): Sim3 {
  const turn: Vec3 = [change[0], change[1], change[2]];
  const angle = Math.hypot(...turn);
  const half = angle > 1e-12 ? Math.sin(angle / 2) / angle : 0.5;
  const delta: Quaternion = [turn[0] * half, turn[1] * half, turn[2] * half, Math.cos(angle / 2)];
  const shift = scaled(rotate(pose.rotation, [change[3], change[4], change[5]]), pose.scale);
  return {
    rotation: normalizedQuaternion(multiplyQuaternions(pose.rotation, delta)),
    translation: add(pose.translation, shift),
    scale: pose.scale * Math.exp(change[6]),
  };
}

function normalEquations(
  poses: readonly Sim3[],
  edges: readonly SubmapEdge[],
  residuals: Float64Array,
): { hessian: Float64Array[]; gradient: Float64Array } {
  const count = 7 * (poses.length - 1);
  const columns: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const node = 1 + Math.floor(i / 7);
    const nudge = new Float64Array(7);
    nudge[i % 7] = step;
    const nudged = poses.map((pose, idx) => (idx === node ? moved(pose, nudge) : pose));
    columns.push(residualsOf(nudged, edges).map((value, k) => (value - residuals[k]) / step));
  }
  const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
  return {
    hessian: columns.map((a) => Float64Array.from(columns, (b) => product(a, b))),
    gradient: Float64Array.from(columns, (a) => -product(a, residuals)),
  };
}

/** Solves (H + λ·diag(H) + tiny)·x = g by Gaussian elimination with pivots. */
function solve(hessian: readonly Float64Array[], gradient: Float64Array, damping: number): Float64Array {
  const n = gradient.length;
  const rows = hessian.map((row, i) => {
    const out = new Float64Array(n + 1);
    out.set(row);
    out[i] += damping * row[i] + 1e-12;
    out[n] = gradient[i];
    return out;
  });
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(rows[r][c]) > Math.abs(rows[pivot][c])) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot], rows[c]];
    for (let r = c + 1; r < n; r++) {
      const factor = rows[r][c] / rows[c][c];
      if (factor !== 0) for (let k = c; k <= n; k++) rows[r][k] -= factor * rows[c][k];
    }
  }
  const x = new Float64Array(n);
  for (let r = n - 1; r >= 0; r--) {
    let sum = rows[r][n];
    for (let k = r + 1; k < n; k++) sum -= rows[r][k] * x[k];
    x[r] = sum / rows[r][r];
  }
  return x;
}
