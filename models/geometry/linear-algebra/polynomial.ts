// Real roots of a polynomial of any small degree, by bracketing between the roots of its derivative.

/** Coefficients from the constant upwards. */
export type Polynomial = ArrayLike<number>;

/**
 * All real roots of odd multiplicity, ascending order not promised. Roots of modulus above 1 are found as inverses of the roots of the
 * reversed polynomial, so every search stays within [−1, 1] where the powers cannot overflow.
 */
export function realRoots(coefficients: Polynomial): number[] {
  let degree = coefficients.length - 1;
  let largest = 0;
  for (let i = 0; i <= degree; i++) largest = Math.max(largest, Math.abs(coefficients[i]));
  if (!(largest > 0) || !Number.isFinite(largest)) return [];
  while (degree > 0 && Math.abs(coefficients[degree]) < 1e-14 * largest) degree--;
  if (degree === 0) return [];
  const p = new Float64Array(degree + 1);
  const reversed = new Float64Array(degree + 1);
  for (let i = 0; i <= degree; i++) {
    p[i] = coefficients[i] / largest;
    reversed[degree - i] = p[i];
  }
  const roots = rootsWithinUnit(p);
  for (const root of rootsWithinUnit(reversed)) {
    // The ends −1 and 1 belong to the first search.
    if (root !== 0 && Math.abs(root) < 1) roots.push(1 / root);
  }
  return roots;
}

export function evaluate(p: Polynomial, x: number): number {
  let value = 0;
  for (let i = p.length - 1; i >= 0; i--) value = value * x + p[i];
  return value;
}

/** Roots in [−1, 1]: between two neighbouring critical points a polynomial is monotonous, so a sign change brackets one root. */
function rootsWithinUnit(p: Float64Array): number[] {
  const degree = p.length - 1;
  const derivatives: Float64Array[] = [p];
  for (let k = 1; k < degree; k++) {
    const above = derivatives[k - 1];
    const d = new Float64Array(above.length - 1);
    for (let i = 1; i < above.length; i++) d[i - 1] = i * above[i];
    derivatives.push(d);
  }
  let critical: number[] = [];
  for (let k = degree - 1; k >= 0; k--) {
    const q = derivatives[k];
    const slope = k + 1 < derivatives.length ? derivatives[k + 1] : null;
    const found: number[] = [];
    let left = -1;
    let leftValue = evaluate(q, left);
    if (leftValue === 0) found.push(left);
    for (let i = 0; i <= critical.length; i++) {
      const right = i < critical.length ? critical[i] : 1;
      const rightValue = evaluate(q, right);
      if (rightValue === 0) found.push(right);
      else if (leftValue * rightValue < 0) found.push(bracketed(q, slope, left, right, leftValue));
      left = right;
      leftValue = rightValue;
    }
    critical = found;
  }
  return critical;
}

/** Newton's method kept inside a shrinking bracket. */
function bracketed(
  p: Float64Array,
  slope: Float64Array | null,
  left: number,
  right: number,
  leftValue: number,
): number {
  let x = (left + right) / 2;
  for (let round = 0; round < 60; round++) {
    const value = evaluate(p, x);
    if (value === 0) return x;
    if (value * leftValue > 0) left = x;
    else right = x;
    const derivative = slope ? evaluate(slope, x) : p[1];
    const next = x - value / derivative;
    const inside = next > left && next < right;
    const previous = x;
    x = inside ? next : (left + right) / 2;
    if (Math.abs(x - previous) < 1e-15 + 1e-14 * Math.abs(x)) return x;
  }
  return x;
}
