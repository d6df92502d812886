// File names of photos as other programs look them up: the base name, or the path where two photos share a name.

import type { Photo } from '../format/scene.ts';

/** One name per photo, all different. */
export function photoNames(photos: readonly Photo[]): string[] {
  const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const uses = new Map<string, number>();
  for (const { path } of photos) uses.set(base(path), (uses.get(base(path)) ?? 0) + 1);
  return photos.map(({ path }) => ((uses.get(base(path)) ?? 0) > 1 ? path.replace(/^\/+/, '') : base(path)));
}
