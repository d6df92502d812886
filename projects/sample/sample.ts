// The sample project of a first start: where its photos are, and what the newcomer reads while it is reconstructed.

import { join } from 'node:path';

export const sampleName = 'Sample room';

export const sampleSentence =
  'This is a room that exists nowhere: 24 rendered photos, met one after another, become a 3D scene while you watch.';

/** Absolute path of the folder with the sample's photos. */
export function sampleFolder(): string {
  // From the root of the program: this file and the bundles in dist/ lie equally deep.
  return join(import.meta.dirname, '..', '..', 'projects', 'sample', 'room', 'images');
}
