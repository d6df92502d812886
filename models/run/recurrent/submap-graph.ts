// Places submaps so that all measured relations between them hold as well as they can: a pose graph over similarities.
//
// Levenberg–Marquardt in the tangent space, the first submap fixed (the recipe of VGGT-Long, model-facts 2.7). A run has few submaps, so
// derivatives are taken numerically and the system is solved densely. It is filled and solved in place: the engine's memory must not
// depend on how many parts a run has.

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
  const system = new System(7 * free);
  let cost = costOf(poses, edges);
  let damping = 1e-6;
  for (let round = 0; round < rounds && cost > 1e-18; round++) {
    for (const edge of edges) linearise(system, poses, edge);
    const change = system.solve(damping);
    const candidate = poses.map((pose, idx) =>
      idx === 0 ? pose : moved(pose, change.subarray(7 * (idx - 1), 7 * idx)),
    );
    const candidateCost = costOf(candidate, edges);
    if (candidateCost < cost) {
      const gain = cost - candidateCost;
      [poses, cost] = [candidate, candidateCost];
      damping = Math.max(1e-12, damping / 2);
      if (gain < 1e-15) break;
    } else damping *= 2;
  }
  return poses;
}

/** Seven numbers: rotation vector, translation, logarithm of scale of (measured)⁻¹ ∘ (as placed). */
function residualOf(worldFromFrom: Sim3, worldFromTo: Sim3, fromFromTo: Sim3): number[] {
  const error = compose(inverse(fromFromTo), compose(inverse(worldFromFrom), worldFromTo));
  const [x, y, z, w] = error.rotation;
  const sine = Math.hypot(x, y, z);
  const angle = 2 * Math.atan2(sine, Math.abs(w)) * Math.sign(w || 1);
  const factor = sine > 1e-12 ? angle / sine : 2;
  return [x * factor, y * factor, z * factor, ...error.translation, Math.log(error.scale)];
}

const costOf = (poses: readonly Sim3[], edges: readonly SubmapEdge[]): number =>
  edges.reduce(
    (sum, { from, to, fromFromTo }) =>
      residualOf(poses[from], poses[to], fromFromTo).reduce((square, value) => square + value * value, sum),
    0,
  );

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

/** Adds one relation to the system: it depends on the poses of its two submaps only. */
function linearise(system: System, poses: readonly Sim3[], { from, to, fromFromTo }: SubmapEdge): void {
  const residual = residualOf(poses[from], poses[to], fromFromTo);
  const columns: { unknown: number; derivative: number[] }[] = [];
  const nudge = new Float64Array(7);
  for (const node of [from, to]) {
    if (node === 0) continue;
    for (let k = 0; k < 7; k++) {
      nudge.fill(0)[k] = step;
      const nudged = moved(poses[node], nudge);
      const shifted = residualOf(node === from ? nudged : poses[from], node === to ? nudged : poses[to], fromFromTo);
      const derivative = shifted.map((value, idx) => (value - residual[idx]) / step);
      columns.push({ unknown: 7 * (node - 1) + k, derivative });
    }
  }
  system.add(columns, residual);
}

/** Normal equations JᵀJ·x = −Jᵀr of a least squares problem, filled piece by piece and solved in place. */
class System {
  private readonly count: number;
  /** count rows of count + 1 numbers: JᵀJ, and −Jᵀr on the right. */
  private readonly rows: Float64Array;
  private readonly solution: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.rows = new Float64Array(count * (count + 1));
    this.solution = new Float64Array(count);
  }

  add(columns: readonly { unknown: number; derivative: readonly number[] }[], residual: readonly number[]): void {
    const width = this.count + 1;
    for (const { unknown, derivative } of columns) {
      for (const other of columns) this.rows[unknown * width + other.unknown] += product(derivative, other.derivative);
      this.rows[unknown * width + this.count] -= product(derivative, residual);
    }
  }

  /**
   * Solves (H + λ·diag(H) + tiny)·x = g by Gaussian elimination with pivots, and empties the system for the next round.
   * @returns a view that the next call overwrites
   */
  solve(damping: number): Float64Array {
    const { count: n, rows, solution } = this;
    const width = n + 1;
    for (let i = 0; i < n; i++) rows[i * width + i] += damping * rows[i * width + i] + 1e-12;
    for (let c = 0; c < n; c++) {
      let pivot = c;
      for (let r = c + 1; r < n; r++) if (Math.abs(rows[r * width + c]) > Math.abs(rows[pivot * width + c])) pivot = r;
      if (pivot !== c)
        for (let k = c; k < width; k++) {
          const kept = rows[c * width + k];
          rows[c * width + k] = rows[pivot * width + k];
          rows[pivot * width + k] = kept;
        }
      for (let r = c + 1; r < n; r++) {
        const factor = rows[r * width + c] / rows[c * width + c];
        if (factor !== 0) for (let k = c; k < width; k++) rows[r * width + k] -= factor * rows[c * width + k];
      }
    }
    for (let r = n - 1; r >= 0; r--) {
      let sum = rows[r * width + n];
      for (let k = r + 1; k < n; k++) sum -= rows[r * width + k] * solution[k];
      solution[r] = sum / rows[r * width + r];
    }
    rows.fill(0);
    return solution;
  }
}

const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, k) => sum + value * b[k], 0);
