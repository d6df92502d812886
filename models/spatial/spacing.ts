// How far apart the splats of a thing are: what its edges and distances cannot be known better than.

const asked = 200;

/**
 * Median distance from a splat of the thing to its nearest other splat, world units: 200 of them are asked, each against a fair sample
 * whose thinning is taken back by the square root, as on a surface. 0 for fewer than two.
 * @param positions n × 3, world @param members which of them
 */
export function spacingOf(positions: ArrayLike<number>, members: ArrayLike<number>): number {
  const n = members.length;
  if (n < 2) return 0;
  const step = Math.max(1, Math.floor(n / 4000));
  const distances: number[] = [];
  for (let k = 0; k < n; k += Math.max(1, Math.floor(n / asked))) {
    const i = 3 * members[k];
    let best = Infinity;
    for (let m = 0; m < n; m += step) {
      if (m === k) continue;
      const j = 3 * members[m];
      const d =
        (positions[i] - positions[j]) ** 2 +
        (positions[i + 1] - positions[j + 1]) ** 2 +
        (positions[i + 2] - positions[j + 2]) ** 2;
      if (d < best) best = d;
    }
    distances.push(Math.sqrt(best));
  }
  distances.sort((a, b) => a - b);
  return distances[distances.length >> 1] / Math.sqrt(step);
}
