// What alignment keeps of a point map: a few hundred points on a regular grid, with weights.

/** n × 4: x, y, z and weight. A point that cannot be used has weight 0. */
export type Samples = Float32Array;

/** About so many samples of each map: poses are seven numbers, and noise of neighbouring pixels is shared anyway. */
const wanted = 400;

/** Pixel indices of the samples of a map of this size. */
export function sampleGrid(widthPx: number, heightPx: number): Int32Array {
  const stride = Math.max(1, Math.round(Math.sqrt((widthPx * heightPx) / wanted)));
  const out: number[] = [];
  for (let y = stride >> 1; y < heightPx; y += stride)
    for (let x = stride >> 1; x < widthPx; x += stride) out.push(y * widthPx + x);
  return Int32Array.from(out);
}

/**
 * @param points pixels × 3
 * @param confidences pixels, 1…∞; their logarithm is the weight, as in DUSt3R's alignment (model-facts 4.4)
 */
export function samplesOf(points: Float32Array, confidences: Float32Array, grid: Int32Array): Samples {
  const out = new Float32Array(4 * grid.length);
  grid.forEach((pixel, i) => {
    const [x, y, z] = points.subarray(3 * pixel, 3 * pixel + 3);
    const weight = Math.log(confidences[pixel]);
    if (Number.isFinite(x + y + z) && weight > 0 && Number.isFinite(weight)) out.set([x, y, z, weight], 4 * i);
  });
  return out;
}
