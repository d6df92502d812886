// What questions about space are answered from, and the shape of an answer before its photos are looked up.

import type { Scale } from '../../projects/format/quantity.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import type { SpatialMark, SpatialResult } from '../../projects/format/spatial-answer.ts';
import type { FloorOutline } from './floor-area.ts';
import { cornersOf, type Thing } from './thing.ts';
import type { DepthView } from './visible-area.ts';

/** What answers are drawn from. */
export interface SpatialContext<Id> {
  /** All splats, count × 3, world. */
  positions: ArrayLike<number>;
  /** Unit vector in world axes. */
  up: Vec3;
  scale: Scale | null;
  /** Things that the words name, the surest first; at least one. @throws StudioFailure cannot-answer, query-unknown-word */
  things(words: string): Promise<readonly Thing[]>;
  floor(): FloorOutline | null;
  /** Photos in input order. */
  views: readonly DepthView<Id>[];
  nameOf(id: Id): string;
}

export interface SpatialReply<Id> extends SpatialResult {
  /** Things the answer speaks of: photos of them are its evidence. */
  things: readonly Thing[];
  /** Photos that the answer itself names. */
  photoIds: readonly Id[];
}

/** The one thing that words name: the surest where there are several, and then a notice says so. */
export async function oneThing<Id>(
  words: string,
  { things }: Pick<SpatialContext<Id>, 'things'>,
  notices: string[],
): Promise<Thing> {
  const found = await things(words);
  if (found.length > 1)
    notices.push(`${found.length} things are “${words}”; the surest was taken (say “${words} 2” for the next).`);
  return found[0];
}

export const cannotAnswer = (reason: string): StudioFailure => new StudioFailure('cannot-answer', { reason });

export const boxMark = ({ label, box }: Thing, role: SpatialMark['role'] = 'thing'): SpatialMark => ({
  kind: 'box',
  points: cornersOf(box),
  label,
  role,
});
