// The box around selected splats, kept in the axes of a frame that made some of them.

import type { BoxReply, BoxRequest } from '../../contract/space-requests.ts';
import { spacingOf } from '../../../models/spatial/spacing.ts';
import { uprightBox } from '../../../models/spatial/upright-box.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { decodeRows, hasRow } from '../../../projects/format/row-set.ts';
import { compose, inverse } from '../../../projects/format/sim3.ts';
import { requireScene } from './ask.ts';

/** @throws StudioFailure nothing-to-ask, nothing-selected */
export async function box({ frames, upInWorld, selection }: BoxRequest): Promise<BoxReply> {
  const scene = await requireScene(frames);
  const rowsOf = new Map(selection.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)]));
  const members: number[] = [];
  let keeper = { f: -1, count: 0 };
  scene.chunkIds.forEach((chunkId, f) => {
    const bits = rowsOf.get(chunkId);
    if (!bits) return;
    const before = members.length;
    for (let i = scene.starts[f]; i < scene.starts[f + 1]; i++) if (hasRow(bits, i - scene.starts[f])) members.push(i);
    const count = members.length - before;
    if (count > keeper.count) keeper = { f, count };
  });
  if (keeper.f < 0) throw new StudioFailure('nothing-selected');
  const { center, rotation, halfSize, slack } = uprightBox(scene.positions, members, upInWorld);
  const { frameId, worldFromCamera } = scene.frames[keeper.f];
  const cameraFromBox = compose(inverse(worldFromCamera), { rotation, translation: center, scale: 1 });
  return {
    box: { frameId, cameraFromBox, halfSize },
    sigma: Math.hypot(spacingOf(scene.positions, members), Math.max(...slack)),
  };
}
