// Which points of photos that were met again are seen, and where: the first ones, the revised ones, or both.

import { firstPoseIn } from '../../../projects/format/belief.ts';
import type { ChunkId } from '../../../projects/format/scene.ts';
import type { ChunkLook } from '../../scene/point-layer.ts';
import type { AppState } from '../../state/app-state.svelte.ts';

export function beliefLooks({ beliefs, frames }: AppState): ReadonlyMap<ChunkId, ChunkLook> {
  const looks = new Map<ChunkId, ChunkLook>();
  const { shown } = beliefs;
  for (const belief of beliefs.all) {
    const worldFromCamera = frames.get(belief.frameId)?.worldFromCamera;
    if (!worldFromCamera) continue;
    looks.set(belief.points.id, {
      visible: shown !== 'revised',
      worldFromCamera: firstPoseIn(belief, worldFromCamera),
      tinted: shown === 'both',
    });
  }
  if (shown === 'first')
    for (const { id, frameId } of frames.chunks)
      if (beliefs.of(frameId)) looks.set(id, { visible: false, worldFromCamera: null, tinted: false });
  return looks;
}
