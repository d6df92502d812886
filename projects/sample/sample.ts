// The sample project of a first start: where its photos are, and what the newcomer reads while it is reconstructed.

import { join } from 'node:path';

export const sampleName = 'Sample room';

export const sampleSentence =
  'This is a room that exists nowhere: 24 rendered photos, met one after another, become a 3D scene while you watch.';

/** Absolute path of the folder with the sample's photos. */
export function sampleFolder(): string {
  return join(import.meta.dirname, 'room', 'images');
}
