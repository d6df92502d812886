// An inventory as CSV: a line for each word, with counts, sizes, places and the photos that saw it.

import type { PhotoId } from '../format/scene.ts';
import type { Vec3 } from '../format/sim3.ts';
import { asExportFailure, ExportFiles } from './file-sink.ts';
import { quoted } from './trajectory.ts';

/** Lengths in world units. */
export interface InventoryLine {
  label: string;
  count: number;
  size: Vec3;
  center: Vec3;
  photoIds: readonly PhotoId[];
}

/**
 * Lengths are metres where the scale is known, and the unit says so. Photos are separated by semicolons, best first.
 * @throws StudioFailure export-failed, disk-full
 */
export async function writeInventory(
  outPath: string,
  lines: readonly InventoryLine[],
  metresPerUnit: number | null,
  nameOf: (id: PhotoId) => string,
): Promise<void> {
  const files = new ExportFiles();
  try {
    const sink = await files.open(outPath);
    await sink.text('label,splats,size_x,size_y,size_z,centre_x,centre_y,centre_z,unit,photos_that_saw_it,photos\n');
    for (const { label, count, size, center, photoIds } of lines) {
      const lengths = [...size, ...center].map((value) =>
        count === 0 ? '' : (value * (metresPerUnit ?? 1)).toFixed(4),
      );
      const photos = quoted(photoIds.map(nameOf).join('; '));
      const unit = metresPerUnit === null ? 'unit' : 'm';
      await sink.text(`${[quoted(label), count, ...lengths, unit, photoIds.length, photos].join(',')}\n`);
    }
    await files.finish();
  } catch (error) {
    await files.discard();
    throw asExportFailure(error);
  }
}
