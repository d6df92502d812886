// Places and lengths as the terminal takes them: a pixel of a photo, and a number with its unit.

import type { PickedPlace } from '../contract/space-requests.ts';
import { metresOf } from '../../projects/format/length-text.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Photo } from '../../projects/format/scene.ts';

/** `IMG_2.jpg:640,360` → a pixel of the upright photo at its full size. @throws StudioFailure bad-input, not-found */
export function placeOf(text: string, photos: readonly Photo[]): PickedPlace {
  const [, name, x, y] = /^(.+):([\d.]+),([\d.]+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new StudioFailure('bad-input', { reason: `a place is written PHOTO:x,y in pixels, not ${text}` });
  const photo = photos.find((each) => each.name === name);
  if (!photo) throw new StudioFailure('not-found', { what: 'photo' });
  return { kind: 'photo', photoId: photo.id, xPx: Number(x), yPx: Number(y) };
}

/** @throws StudioFailure bad-input */
export function lengthOf(text: string): number {
  const metres = metresOf(text);
  if (metres === null)
    throw new StudioFailure('bad-input', { reason: `a length is a number with m, cm, mm, in or ft, not ${text}` });
  return metres;
}
