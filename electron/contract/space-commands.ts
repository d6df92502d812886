// Commands about space: places and boxes for measures, the scale. None of them changes anything: `edits.append` does.

import * as v from 'valibot';
import type { Anchor } from '../../projects/format/measures.ts';
import type { Scale } from '../../projects/format/quantity.ts';
import { chunkRows, finite, pickedPlace, share } from './schemas.ts';
import type { BoxReply, SpatialAnswer } from './space-requests.ts';

export const spaceInputs = {
  /** Picked places as they are kept in a measure. */
  'space.anchor': v.object({ places: v.pipe(v.array(pickedPlace), v.minLength(1), v.maxLength(200)) }),
  /** The box around selected splats. */
  'space.box': v.object({ selection: chunkRows }),
  /** What the scale may be: by two places a known length apart, by the photos' GPS, or by the method. */
  'space.scale': v.variant('kind', [
    v.object({
      kind: v.literal('length'),
      places: v.pipe(v.array(pickedPlace), v.length(2)),
      metres: v.pipe(finite, v.gtValue(0)),
    }),
    v.object({ kind: v.literal('gps') }),
    v.object({ kind: v.literal('method') }),
  ]),
  /** A question in plain English that geometry answers. */
  'space.answer': v.object({ text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500)), threshold: share }),
} as const;

export interface SpaceOutputs {
  'space.anchor': Anchor[];
  'space.box': BoxReply;
  'space.scale': Scale;
  'space.answer': SpatialAnswer;
}
