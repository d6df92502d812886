// The warp of the sweep against ONNX Runtime's own GridSample, inside and across the border of the picture.

import { expect, test } from 'vitest';
import { rayPlanes, type SweepView } from '../../../../../models/geometry/dense/view.ts';
import { warped, warpOf } from '../../../../../models/geometry/dense/warp.ts';
import { channelsOf, sweepGraph } from '../../../../../models/geometry/dense/sweep-graph.ts';
import { floats, openSession } from '../../../../../models/run/session.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import type { Vec3 } from '../../../../../projects/format/sim3.ts';

function viewAt(x: number, size: readonly [number, number]): SweepView {
  const camera = pinhole(...size, size[0] * 0.9);
  const grey = Float32Array.from({ length: size[0] * size[1] }, (_, i) => 0.5 + 0.4 * Math.sin(i * 0.37 + x));
  const translation: Vec3 = [x, 0.1 * x, 0.2];
  return { photoId: `at ${x}`, camera, grey, worldFromCamera: { rotation: [0, 0, 0, 1], translation, scale: 1 } };
}

test.each([
  ['planes', 8],
  ['a band around a depth per pixel', 8 * 48 * 36],
] as const)('%s: scores are those of the graph that samples itself', async (_, count) => {
  const size = [48, 36] as const;
  const reference = viewAt(0, size);
  // Another size, a step to either side that leaves the picture, and one that looks from behind.
  const neighbours = [viewAt(0.3, [40, 32]), viewAt(-1.5, size), viewAt(0, size)];
  neighbours[2].worldFromCamera.rotation = [0, 1, 0, 0];
  const rays = rayPlanes(reference.camera);
  const inverseDepths = Float32Array.from({ length: count }, (_, i) => 0.1 + 0.05 * (i % 8));
  const shape = { widthPx: 48, heightPx: 36, planes: 8, perPixel: count > 8, neighbourCount: 3, windowPx: 5 };
  const options = { providers: [], threads: 1 };
  const sampling = await openSession(sweepGraph({ ...shape, samples: true }), options);
  const given = await openSession(sweepGraph({ ...shape, samples: false }), options);
  const grey = floats(reference.grey, 1, 1, 36, 48);
  const own = await sampling.run({
    reference: grey,
    rays: floats(rays, 3, 48 * 36),
    inverseDepths: floats(inverseDepths, 8, count / 8),
    ...Object.fromEntries(
      neighbours.flatMap((view, k) => [
        [`picture${k}`, floats(view.grey, 1, 1, view.camera.heightPx, view.camera.widthPx)],
        [`warp${k}`, floats(warpOf(reference, view), 3, 4)],
      ]),
    ),
  });
  const channels = channelsOf(shape);
  // What an earlier run has left there must not show.
  const pictures = new Float32Array(channels * 48 * 36).fill(7);
  neighbours.forEach((view, k) => {
    const out = pictures.subarray(k * 8 * 48 * 36, (k + 1) * 8 * 48 * 36);
    warped(view, warpOf(reference, view), reference.camera, inverseDepths, 8, out);
  });
  const ours = await given.run({
    reference: grey,
    warped: floats(pictures, 1, channels, 36, 48),
  });
  const [a, b] = [own, ours].map(({ score }) => score.data as Float32Array);
  expect(a.some((value) => value > 0.1)).toBe(true);
  // Places are computed in single there and in double precision here: 1e-5 of a pixel times the contrast over the noise.
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-3);
  await Promise.all([sampling.dispose(), given.dispose()]);
});
