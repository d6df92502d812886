// What there is: for each word the splats that it fits best, their extent, and the photos that saw them.

import type { LabelRequest } from '../../contract/scene-requests.ts';
import type { InventoryRow } from '../../contract/select-requests.ts';
import { describeMembers } from '../../../models/language/instances.ts';
import { labelsOf } from './ask.ts';
import { photosThatSaw } from './evidence.ts';

/** One row a word, also for words that fit nothing. @throws StudioFailure query-unknown-word, bad-input, nothing-to-ask */
export async function inventory(request: LabelRequest): Promise<InventoryRow[]> {
  const { scene, labels } = await labelsOf(request);
  const members = request.words.map((): number[] => []);
  labels.forEach((w, i) => members[w]?.push(i));
  return request.words.map((label, w): InventoryRow => {
    const own = members[w];
    if (own.length === 0) return { label, count: 0, size: [0, 0, 0], center: [0, 0, 0], photoIds: [] };
    const { box, center } = describeMembers(own, scene.positions);
    const size = [0, 1, 2].map((k) => box.max[k] - box.min[k]);
    const photoIds = photosThatSaw(scene, own, Infinity).map(({ photoId }) => photoId);
    return { label, count: own.length, size: [size[0], size[1], size[2]], center, photoIds };
  });
}
