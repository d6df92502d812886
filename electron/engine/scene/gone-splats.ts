// Which splats of a frame the edits have taken away: by boxes, or row by row.

import type { SceneFrame } from '../../contract/scene-requests.ts';
import { deletionTest } from '../../../projects/format/edits.ts';
import { decodeRows, hasRow } from '../../../projects/format/row-set.ts';

/**
 * @param means count × 3, camera axes of the frame
 * @returns a test by row; null when all are there
 */
export function goneTest(
  { deletedBoxes, goneSplats }: Pick<SceneFrame, 'deletedBoxes' | 'goneSplats'>,
  means: Float32Array,
): ((row: number) => boolean) | null {
  if (deletedBoxes.length === 0 && goneSplats === null) return null;
  const inBox = deletionTest(deletedBoxes);
  const bits = decodeRows(goneSplats ?? 'g');
  return (row) => hasRow(bits, row) || inBox([means[3 * row], means[3 * row + 1], means[3 * row + 2]]);
}
