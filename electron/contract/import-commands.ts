// Commands that bring photos into the open project.

import * as v from 'valibot';
import { id, importSource, none, path } from './schemas.ts';

const photoIds = v.pipe(v.array(id), v.minLength(1));

export const importInputs = {
  'import.start': v.object({ sources: v.pipe(v.array(importSource), v.minLength(1)), copy: v.boolean() }),
  'import.cancel': none,
  'import.resume': none,
  'import.watch': v.object({ folder: v.nullable(path) }),
  /** Brings in the pictures that these files hold now, as photos of their own in the old ones' places; the old ones are excluded. */
  'photos.take': v.object({ photoIds }),
  /** Stays with what was made of the earlier pictures. */
  'photos.leave': v.object({ photoIds }),
} as const;

export interface ImportOutputs {
  'import.start': null;
  'import.cancel': null;
  'import.resume': null;
  'import.watch': null;
  'photos.take': null;
  'photos.leave': null;
}
