// Which frames the viewport shows: edits first, then the filter over time.

import type { EditedScene } from '../../projects/format/edits.ts';
import type { Frame, FrameId, PhotoId } from '../../projects/format/scene.ts';
import type { FrameFilter } from './view.svelte.ts';

export function visibleFrames(input: {
  frames: readonly Frame[];
  placeOf: ReadonlyMap<PhotoId, number>;
  scene: Pick<EditedScene, 'excludedPhotoIds' | 'hiddenFrameIds'>;
  filter: FrameFilter;
  nowIdx: number;
}): Set<FrameId> {
  const { placeOf, scene, filter, nowIdx } = input;
  const shown = input.frames.filter(({ id, photoId }) => {
    if (scene.hiddenFrameIds.has(id) || scene.excludedPhotoIds.has(photoId)) return false;
    const place = placeOf.get(photoId);
    if (place === undefined) return false;
    return filter === 'all' || (filter === 'one' ? place === nowIdx : place <= nowIdx);
  });
  return new Set(shown.map(({ id }) => id));
}
