// How far a world point lies from the surface that the rendered photos show.
import { projectPoint } from '../../../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Vec3 } from '../../../../projects/format/sim3.ts';
import type { RenderedRun } from '../../../support/export-source.ts';

export { angleBetween, quaternionFromMatrix } from '../../../../projects/format/sim3.ts';

/** Smallest difference in depth, over the photos, at the pixel the point falls on; only exact pixel centres count. */
export function distanceFromSurface({ cameras, views }: RenderedRun, point: Vec3): number {
  return Math.min(
    ...cameras.map(({ intrinsics, worldFromCamera }, i) => {
      const own = transformPoint(inverse(worldFromCamera), point);
      const pixel = projectPoint(intrinsics, own);
      if (!pixel || Math.hypot((pixel[0] % 1) - 0.5, (pixel[1] % 1) - 0.5) > 1e-3) return Infinity;
      return Math.abs(own[2] - views[i].depth[Math.floor(pixel[1]) * views[i].widthPx + Math.floor(pixel[0])]);
    }),
  );
}
