// Small linear algebra against its own definitions.

import { describe, expect, test } from 'vitest';
import { factorCholesky, solveCholesky } from '../../../../../models/geometry/linear-algebra/cholesky.ts';
import {
  determinant3,
  inverse3,
  multiply3,
  rotationAngleBetween,
  rotationFromVector,
  transpose3,
} from '../../../../../models/geometry/linear-algebra/matrix3.ts';
import { nullSpace } from '../../../../../models/geometry/linear-algebra/null-space.ts';
import { evaluate, realRoots } from '../../../../../models/geometry/linear-algebra/polynomial.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { svd3 } from '../../../../../models/geometry/linear-algebra/svd3.ts';
import { symmetricEigen } from '../../../../../models/geometry/linear-algebra/symmetric-eigen.ts';

const random = seededRandom(11);
const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, () => random.normal());
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

describe('linear algebra', () => {
  test('a product with the inverse is the identity', () => {
    const a = numbers(9);
    expect(worst(multiply3(a, inverse3(a) ?? []), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-9);
    expect(inverse3([1, 2, 3, 2, 4, 6, 0, 0, 1])).toBeNull();
  });

  test('a rotation vector turns by its length, also when it is tiny', () => {
    for (const angle of [1e-7, 1e-3, 0.5, 3]) {
      const r = rotationFromVector(angle * 0.6, 0, angle * 0.8);
      expect(determinant3(r)).toBeCloseTo(1, 12);
      expect(Math.hypot(r[7] - r[5], r[2] - r[6], r[3] - r[1]) / 2).toBeCloseTo(Math.sin(angle), 12);
    }
    expect(rotationAngleBetween(rotationFromVector(0.2, 0, 0), rotationFromVector(0.7, 0, 0))).toBeCloseTo(0.5, 9);
  });

  test('a singular value decomposition multiplies back, also for rank one and two', () => {
    const full = numbers(9);
    const rankTwo = [1, 2, 3, 4, 5, 6, 5, 7, 9];
    for (const a of [full, rankTwo, [1, 2, 3, 2, 4, 6, 3, 6, 9], new Float64Array(9)]) {
      const { u, s, v } = svd3(a);
      expect(worst(multiply3(multiply3(u, [s[0], 0, 0, 0, s[1], 0, 0, 0, s[2]]), transpose3(v)), a)).toBeLessThan(
        1e-12,
      );
      expect(worst(multiply3(u, transpose3(u)), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-12);
      expect(s[0]).toBeGreaterThanOrEqual(s[1]);
      expect(s[1]).toBeGreaterThanOrEqual(s[2]);
    }
  });

  test('eigenvectors of a symmetric matrix satisfy their equation', () => {
    const n = 9;
    const b = numbers(n * n);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) a[i * n + j] += b[i * n + k] * b[j * n + k];
    const { values, vectors } = symmetricEigen(a, n);
    for (let e = 0; e < n; e++) {
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k] * vectors[e * n + k];
        expect(sum).toBeCloseTo(values[e] * vectors[e * n + i], 8);
      }
    }
  });

  test('roots inside and far outside the unit interval are all found', () => {
    const roots = [-250, -1.5, -0.25, 0.1, 0.9, 3, 40];
    let p = [1];
    for (const root of roots) {
      const next = Array.from({ length: p.length + 1 }, () => 0);
      p.forEach((c, i) => {
        next[i] -= c * root;
        next[i + 1] += c;
      });
      p = next;
    }
    const found = realRoots(p).sort((a, b) => a - b);
    expect(found).toHaveLength(roots.length);
    found.forEach((root, i) => expect(Math.abs(root - roots[i])).toBeLessThan(1e-6 * Math.abs(roots[i])));
    expect(realRoots([1, 0, 1])).toEqual([]);
    expect(evaluate([1, 2, 3], 2)).toBe(17);
  });

  test('a null space is orthogonal to every row', () => {
    const a = numbers(45);
    const basis = nullSpace(a.slice(), 5, 9) ?? [];
    expect(basis).toHaveLength(4);
    for (const vector of basis) {
      for (let r = 0; r < 5; r++) {
        let sum = 0;
        for (let c = 0; c < 9; c++) sum += a[r * 9 + c] * vector[c];
        expect(sum).toBeCloseTo(0, 10);
      }
    }
  });

  test('an envelope factor solves the same system as the full one, and refuses an indefinite matrix', () => {
    const n = 12;
    const a = new Float64Array(n * n);
    const first = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      first[i] = i === n - 1 ? 0 : Math.max(0, i - 3);
      for (let j = first[i]; j <= i; j++) a[i * n + j] = i === j ? 8 : random.normal() * 0.4;
    }
    const b = numbers(n);
    const full = a.slice();
    const x = b.slice();
    expect(factorCholesky(full, n)).toBe(true);
    solveCholesky(full, n, x);
    const banded = a.slice();
    const y = b.slice();
    const rows = { first, rowAt: Int32Array.from({ length: n }, (_, row) => row * n) };
    expect(factorCholesky(banded, n, rows)).toBe(true);
    solveCholesky(banded, n, y, rows);
    expect(worst(x, y)).toBeLessThan(1e-12);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (k <= i ? a[i * n + k] : a[k * n + i]) * x[k];
      expect(sum).toBeCloseTo(b[i], 10);
    }
    a[0] = -1;
    expect(factorCholesky(a, n)).toBe(false);
  });
});
