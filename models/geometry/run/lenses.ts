// Which photos share a lens, and what is believed of it before anything is measured.

import type { Photo } from '../../../projects/format/scene.ts';
import type { MapCamera } from '../map/scene-map.ts';

export interface Lens extends MapCamera {
  /** Photos with the same key were taken with the same lens as far as one can tell. */
  key: string;
}

/** Longest side at which photos are looked at when the run does not say. */
const defaultLongSidePx = 1280;
/** What is guessed of an unknown lens: a focal length of 1.2 longer sides, as COLMAP does; it may be far off. */
const guessedFocal = 1.2;
const guessedSpread = 0.5;
/** EXIF focal lengths are rounded, and 35 mm equivalents speak of the diagonal. */
const exifSpread = 0.1;
const importedSpread = 0.01;

/** Size at which the method looks at a photo; never larger than the photo. */
export function workingSize(photo: Photo, longSidePx: number | null): { widthPx: number; heightPx: number } {
  const scale = Math.min(1, (longSidePx ?? defaultLongSidePx) / Math.max(photo.widthPx, photo.heightPx));
  return { widthPx: Math.round(photo.widthPx * scale), heightPx: Math.round(photo.heightPx * scale) };
}

export function lensOf(photo: Photo, widthPx: number, heightPx: number): Lens {
  const scale = widthPx / photo.widthPx;
  const side = Math.max(widthPx, heightPx);
  const { prior, focalPx: exif } = photo;
  const [focal, spread] = prior
    ? [prior.intrinsics.fxPx * (widthPx / prior.intrinsics.widthPx), importedSpread]
    : exif !== null && exif > 0
      ? [exif * scale, exifSpread]
      : [guessedFocal * side, guessedSpread];
  return {
    // A zoom shows in the focal length: another value is another lens.
    key: [widthPx, heightPx, photo.camera ?? '', Math.round(50 * Math.log(focal))].join('|'),
    widthPx,
    heightPx,
    focalPx: focal,
    k1: prior?.intrinsics.k1 ?? 0,
    k2: prior?.intrinsics.k2 ?? 0,
    priorFocalPx: focal,
    priorSpread: spread,
  };
}
