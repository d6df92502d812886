// One damped step of bundle adjustment: points are eliminated (Schur complement), the poses and cameras solved for, the points found back.
//
// Source: Triggs, McLauchlan, Hartley, Fitzgibbon, Bundle Adjustment: A Modern Synthesis (1999), section 6.

import { factorCholesky, solveCholesky, type Envelope } from '../linear-algebra/cholesky.ts';
import { invertSymmetric, timesInverse } from './blocks.ts';
import { cameraParameters, type BundleProblem } from './bundle-problem.ts';
import { findEnvelope } from './envelope.ts';
import { emptyProjection, projectWithDerivatives } from './linearise.ts';

export interface BundleStep {
  /** Increments of the free poses and cameras, at `poseOffset` and `cameraOffset`. */
  reduced: Float64Array;
  /** pointCount × 3 increments. */
  points: Float64Array;
}

/** Numbers per observation: 6 × 3 pose by point, 3 × 3 camera by point. */
const blockSize = 27;

export class SchurSolver {
  readonly poseOffset: Int32Array;
  readonly cameraOffset: Int32Array;
  private readonly problem: BundleProblem;
  private readonly size: number;
  private readonly envelope: Envelope;
  private readonly matrix: Float64Array<ArrayBuffer>;
  private readonly rhs: Float64Array;
  private readonly diagonal: Float64Array;
  /** Per observation, the mixed blocks of the normal equations. */
  private readonly mixed: Float64Array<ArrayBuffer>;
  /** Per point: the inverse of its damped block (row by row, 9) and its gradient (3). */
  private readonly inverses: Float64Array<ArrayBuffer>;
  private readonly gradients: Float64Array;
  private readonly projection = emptyProjection();

  constructor(problem: BundleProblem) {
    this.problem = problem;
    let size = 0;
    this.poseOffset = new Int32Array(problem.poseCount).map((_, i) => {
      if (problem.poseFixed[i]) return -1;
      size += 6;
      return size - 6;
    });
    this.cameraOffset = new Int32Array(problem.cameraCount).map((_, i) => {
      const at = cameraParameters * i;
      if (!problem.cameraFree[at] && !problem.cameraFree[at + 1] && !problem.cameraFree[at + 2]) return -1;
      size += cameraParameters;
      return size - cameraParameters;
    });
    this.size = size;
    const { length, ...envelope } = findEnvelope(problem, this.poseOffset, this.cameraOffset, size);
    this.envelope = envelope;
    this.matrix = new Float64Array(length);
    this.rhs = new Float64Array(size);
    this.diagonal = new Float64Array(size);
    this.mixed = new Float64Array(blockSize * problem.observationPose.length);
    this.inverses = new Float64Array(9 * problem.pointCount);
    this.gradients = new Float64Array(3 * problem.pointCount);
  }

  /** Gives the large arrays back at once: garbage of a hundred megabytes would wait for its collection, and grow with every photo. */
  release(): void {
    // Older runtimes cannot.
    if (!('transfer' in ArrayBuffer.prototype)) return;
    for (const { buffer } of [this.matrix, this.mixed, this.inverses]) buffer.transfer(0);
  }

  /** @returns null when the damped system is not positive definite */
  step(lossPx: number, damping: number): BundleStep | null {
    this.matrix.fill(0);
    this.rhs.fill(0);
    this.addPriors();
    for (let point = 0; point < this.problem.pointCount; point++) this.linearisePoint(point, lossPx, damping);
    this.damp(damping);
    for (let point = 0; point < this.problem.pointCount; point++) this.eliminatePoint(point);
    if (!factorCholesky(this.matrix, this.size, this.envelope)) return null;
    const reduced = this.rhs.slice();
    solveCholesky(this.matrix, this.size, reduced, this.envelope);
    return { reduced, points: this.backSubstitute(reduced) };
  }

  private addPriors(): void {
    const { cameras, cameraPriors, cameraPriorWeights, cameraFree } = this.problem;
    this.cameraOffset.forEach((offset, camera) => {
      if (offset < 0) return;
      for (let k = 0; k < cameraParameters; k++) {
        const at = cameraParameters * camera + k;
        const row = offset + k;
        // A held parameter keeps a row of its own that says: no change.
        this.matrix[this.envelope.rowAt[row] + row] += cameraFree[at] ? cameraPriorWeights[at] : 1;
        if (cameraFree[at]) this.rhs[row] -= cameraPriorWeights[at] * (cameras[at] - cameraPriors[at]);
      }
    });
  }

  private linearisePoint(point: number, lossPx: number, damping: number): void {
    const { problem, mixed, matrix, rhs, projection } = this;
    const { rowAt } = this.envelope;
    const { byPose, byCamera, byPoint } = projection;
    const inverseScale = 1 / (lossPx * lossPx);
    let v00 = 0;
    let v01 = 0;
    let v02 = 0;
    let v11 = 0;
    let v12 = 0;
    let v22 = 0;
    let g0 = 0;
    let g1 = 0;
    let g2 = 0;
    for (let o = problem.observationStart[point]; o < problem.observationStart[point + 1]; o++) {
      const block = blockSize * o;
      if (!projectWithDerivatives(problem, o, point, projection)) {
        mixed.fill(0, block, block + blockSize);
        continue;
      }
      const { rx, ry } = projection;
      const weight = 1 / (1 + (rx * rx + ry * ry) * inverseScale);
      const x0 = weight * byPoint[0];
      const x1 = weight * byPoint[1];
      const x2 = weight * byPoint[2];
      const y0 = weight * byPoint[3];
      const y1 = weight * byPoint[4];
      const y2 = weight * byPoint[5];
      v00 += x0 * byPoint[0] + y0 * byPoint[3];
      v01 += x0 * byPoint[1] + y0 * byPoint[4];
      v02 += x0 * byPoint[2] + y0 * byPoint[5];
      v11 += x1 * byPoint[1] + y1 * byPoint[4];
      v12 += x1 * byPoint[2] + y1 * byPoint[5];
      v22 += x2 * byPoint[2] + y2 * byPoint[5];
      g0 += x0 * rx + y0 * ry;
      g1 += x1 * rx + y1 * ry;
      g2 += x2 * rx + y2 * ry;
      const pose = problem.observationPose[o];
      const poseAt = this.poseOffset[pose];
      const cameraAt = this.cameraOffset[problem.cameraOfPose[pose]];
      if (poseAt >= 0) {
        for (let r = 0; r < 6; r++) {
          const a = byPose[r];
          const b = byPose[6 + r];
          mixed[block + 3 * r] = a * x0 + b * y0;
          mixed[block + 3 * r + 1] = a * x1 + b * y1;
          mixed[block + 3 * r + 2] = a * x2 + b * y2;
          const wa = weight * a;
          const wb = weight * b;
          const row = rowAt[poseAt + r] + poseAt;
          for (let c = 0; c <= r; c++) matrix[row + c] += wa * byPose[c] + wb * byPose[6 + c];
          rhs[poseAt + r] -= wa * rx + wb * ry;
        }
      }
      if (cameraAt >= 0) {
        for (let r = 0; r < 3; r++) {
          const a = byCamera[r];
          const b = byCamera[3 + r];
          mixed[block + 18 + 3 * r] = a * x0 + b * y0;
          mixed[block + 18 + 3 * r + 1] = a * x1 + b * y1;
          mixed[block + 18 + 3 * r + 2] = a * x2 + b * y2;
          const wa = weight * a;
          const wb = weight * b;
          const row = rowAt[cameraAt + r];
          for (let c = 0; c <= r; c++) matrix[row + cameraAt + c] += wa * byCamera[c] + wb * byCamera[3 + c];
          if (poseAt >= 0) for (let c = 0; c < 6; c++) matrix[row + poseAt + c] += wa * byPose[c] + wb * byPose[6 + c];
          rhs[cameraAt + r] -= wa * rx + wb * ry;
        }
      }
    }
    this.gradients.set([g0, g1, g2], 3 * point);
    const boost = 1 + damping;
    // A tiny constant keeps points with one usable observation invertible.
    invertSymmetric(
      v00 * boost + 1e-9,
      v01,
      v02,
      v11 * boost + 1e-9,
      v12,
      v22 * boost + 1e-9,
      this.inverses,
      9 * point,
    );
  }

  private damp(damping: number): void {
    const { matrix, envelope } = this;
    for (let i = 0; i < this.size; i++) {
      const at = envelope.rowAt[i] + i;
      this.diagonal[i] = matrix[at];
      matrix[at] += damping * this.diagonal[i] + 1e-9;
    }
  }

  /** Subtracts W · V⁻¹ · Wᵀ of one point from the reduced system. */
  private eliminatePoint(point: number): void {
    const { problem, mixed, inverses, gradients, rhs } = this;
    const start = problem.observationStart[point];
    const end = problem.observationStart[point + 1];
    const v = 9 * point;
    const g = 3 * point;
    cameraBlocks.length = 0;
    for (let o = start; o < end; o++) {
      const pose = problem.observationPose[o];
      const poseAt = this.poseOffset[pose];
      if (poseAt >= 0) {
        const y = timesInverse(mixed, blockSize * o, 6, inverses, v, left);
        for (let r = 0; r < 6; r++) {
          rhs[poseAt + r] +=
            y[3 * r] * gradients[g] + y[3 * r + 1] * gradients[g + 1] + y[3 * r + 2] * gradients[g + 2];
        }
        for (let q = start; q < end; q++) {
          const otherAt = this.poseOffset[problem.observationPose[q]];
          if (otherAt >= 0 && otherAt <= poseAt) this.subtract(y, poseAt, 6, mixed, blockSize * q, otherAt, 6);
        }
      }
      const cameraAt = this.cameraOffset[problem.cameraOfPose[pose]];
      if (cameraAt >= 0) addCameraBlock(cameraAt, mixed, blockSize * o + 18);
    }
    for (const block of cameraBlocks) {
      const y = timesInverse(block.values, 0, 3, inverses, v, left);
      for (let r = 0; r < 3; r++) {
        rhs[block.at + r] +=
          y[3 * r] * gradients[g] + y[3 * r + 1] * gradients[g + 1] + y[3 * r + 2] * gradients[g + 2];
      }
      for (let q = start; q < end; q++) {
        const otherAt = this.poseOffset[problem.observationPose[q]];
        if (otherAt >= 0) this.subtract(y, block.at, 3, mixed, blockSize * q, otherAt, 6);
      }
      for (const other of cameraBlocks) {
        if (other.at <= block.at) this.subtract(y, block.at, 3, other.values, 0, other.at, 3);
      }
    }
  }

  private subtract(
    y: Float64Array,
    firstRow: number,
    rows: number,
    w: Float64Array,
    wAt: number,
    columnAt: number,
    columns: number,
  ): void {
    const { matrix } = this;
    const { rowAt } = this.envelope;
    for (let r = 0; r < rows; r++) {
      const y0 = y[3 * r];
      const y1 = y[3 * r + 1];
      const y2 = y[3 * r + 2];
      const row = rowAt[firstRow + r] + columnAt;
      for (let c = 0, at = wAt; c < columns; c++, at += 3) {
        matrix[row + c] -= y0 * w[at] + y1 * w[at + 1] + y2 * w[at + 2];
      }
    }
  }

  private backSubstitute(reduced: Float64Array): Float64Array {
    const { problem, mixed, inverses, gradients } = this;
    const steps = new Float64Array(3 * problem.pointCount);
    for (let point = 0; point < problem.pointCount; point++) {
      let b0 = -gradients[3 * point];
      let b1 = -gradients[3 * point + 1];
      let b2 = -gradients[3 * point + 2];
      for (let o = problem.observationStart[point]; o < problem.observationStart[point + 1]; o++) {
        const pose = problem.observationPose[o];
        const poseAt = this.poseOffset[pose];
        const cameraAt = this.cameraOffset[problem.cameraOfPose[pose]];
        const from = poseAt >= 0 ? 0 : 6;
        const to = cameraAt >= 0 ? 9 : 6;
        for (let r = from; r < to; r++) {
          const d = r < 6 ? reduced[poseAt + r] : reduced[cameraAt + r - 6];
          const at = blockSize * o + 3 * r;
          b0 -= mixed[at] * d;
          b1 -= mixed[at + 1] * d;
          b2 -= mixed[at + 2] * d;
        }
      }
      const v = 9 * point;
      steps[3 * point] = inverses[v] * b0 + inverses[v + 1] * b1 + inverses[v + 2] * b2;
      steps[3 * point + 1] = inverses[v + 3] * b0 + inverses[v + 4] * b1 + inverses[v + 5] * b2;
      steps[3 * point + 2] = inverses[v + 6] * b0 + inverses[v + 7] * b1 + inverses[v + 8] * b2;
    }
    return steps;
  }
}

const left = new Float64Array(18);
/** Camera blocks of the point at hand: photos of one camera share theirs. */
const cameraBlocks: { at: number; values: Float64Array }[] = [];

function addCameraBlock(at: number, source: Float64Array, from: number): void {
  let block = cameraBlocks.find((b) => b.at === at);
  if (!block) {
    block = { at, values: new Float64Array(9) };
    cameraBlocks.push(block);
  }
  for (let k = 0; k < 9; k++) block.values[k] += source[from + k];
}
