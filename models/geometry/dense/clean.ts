// Takes out of a depth map what is no surface: pixels that fly between two surfaces, and specks.

import { eachRow } from '../each-row.ts';

/** A depth is NaN where there is none; both functions write NaN in place. Differences are relative to the depth. */
export function removeFlyingPixels(
  depth: Float32Array,
  widthPx: number,
  heightPx: number,
  { tolerance = 0.02, share = 0.5 }: { tolerance?: number; share?: number } = {},
): void {
  const original = depth.slice();
  eachRow(heightPx, (row) => {
    for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
      const d = original[i];
      if (!(d > 0)) continue;
      let alike = 0;
      let around = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const x = column + dx;
          const y = row + dy;
          if ((dx === 0 && dy === 0) || x < 0 || y < 0 || x >= widthPx || y >= heightPx) continue;
          around++;
          if (Math.abs(original[y * widthPx + x] - d) < tolerance * d) alike++;
        }
      if (alike < share * around) depth[i] = NaN;
    }
  });
}

/** Removes connected patches (4-neighbours within the tolerance) of fewer than `smallest` pixels. */
export function removeSpeckles(
  depth: Float32Array,
  widthPx: number,
  heightPx: number,
  { tolerance = 0.02, smallest = 60 }: { tolerance?: number; smallest?: number } = {},
): void {
  const n = widthPx * heightPx;
  const seen = new Uint8Array(n);
  const patch = new Int32Array(n);
  let count = 0;
  const visit = (i: number, from: number): void => {
    if (seen[i] || !(Math.abs(depth[i] - depth[from]) < tolerance * depth[from])) return;
    seen[i] = 1;
    patch[count++] = i;
  };
  const visitAround = (i: number): void => {
    const column = i % widthPx;
    if (column > 0) visit(i - 1, i);
    if (column < widthPx - 1) visit(i + 1, i);
    if (i >= widthPx) visit(i - widthPx, i);
    if (i < n - widthPx) visit(i + widthPx, i);
  };
  for (let seed = 0; seed < n; seed++) {
    if (seen[seed] || !(depth[seed] > 0)) continue;
    seen[seed] = 1;
    patch[0] = seed;
    count = 1;
    for (let next = 0; next < count; next++) visitAround(patch[next]);
    if (count < smallest) for (let k = 0; k < count; k++) depth[patch[k]] = NaN;
  }
}
