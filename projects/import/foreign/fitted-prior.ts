// The known camera of a photo, in pixels of the photo as it is.

import { resized } from '../../format/intrinsics.ts';
import type { Photo } from '../../format/scene.ts';

/** Rounding of a resize changes the aspect by so little at the sizes that occur. */
const aspectTolerance = 0.01;

/** Intrinsics scaled to the photo's size; null when the photo has another shape (cropped, turned) and the camera does not apply. */
export function fittedPrior(
  prior: Photo['prior'],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Photo['prior'] {
  if (!prior) return null;
  const { intrinsics } = prior;
  const aspectRatio = widthPx / heightPx / (intrinsics.widthPx / intrinsics.heightPx);
  if (!(Math.abs(aspectRatio - 1) < aspectTolerance)) return null;
  return { ...prior, intrinsics: resized(intrinsics, widthPx, heightPx) };
}
