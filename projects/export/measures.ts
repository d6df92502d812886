// Measures as CSV: a line for each number, with its error, its unit, and the places it was taken at.

import { valueOf, type Measure } from '../format/measures.ts';
import { csvUnit, errorOf } from '../format/quantity.ts';
import { StudioFailure } from '../format/result.ts';
import { scaled } from '../format/sim3.ts';
import type { FileSink } from './file-sink.ts';
import type { ExportSource } from './source.ts';
import { quoted } from './trajectory.ts';
import type { VisibleScene } from './visible.ts';

/**
 * Lengths are metres where the scale is known, and the unit says so; `error` is two standard deviations. Places are world axes in the
 * same unit, separated by semicolons; those of a box are its corners.
 * @throws StudioFailure nothing-to-export
 */
export async function writeMeasures(sink: FileSink, scene: VisibleScene, { frames }: ExportSource): Promise<string[]> {
  scene.requireFrames();
  const { measures, scale } = scene.edits;
  const poses = new Map(frames.flatMap(({ id, worldFromCamera }) => (worldFromCamera ? [[id, worldFromCamera]] : [])));
  const taken = measures.flatMap((measure) => {
    const value = valueOf(measure, (id) => poses.get(id) ?? null, scene.up, scale);
    return value ? [{ measure, value }] : [];
  });
  if (taken.length === 0) throw new StudioFailure('nothing-to-export', { reason: 'nothing has been measured.' });
  await sink.text('measure,kind,quantity,value,error,unit,photos_that_saw_it,places\n');
  for (const { measure, value } of taken) {
    const metres = scale?.metresPerUnit ?? 1;
    const places = value.points.map((point) =>
      scaled(point, metres)
        .map((x) => x.toFixed(4))
        .join(' '),
    );
    for (const quantity of value.quantities) {
      const error = errorOf(quantity);
      const cells = [
        quoted(measure.name),
        measure.kind,
        quantity.name,
        quantity.value.toFixed(5),
        error === null ? '' : error.toFixed(5),
        csvUnit(quantity),
        fewestViews(measure),
        quoted(places.join('; ')),
      ];
      await sink.text(`${cells.join(',')}\n`);
    }
  }
  const notices = scale === null ? ['No scale is set: lengths are in units of the scene.'] : [];
  const lost = measures.length - taken.length;
  if (lost > 0) notices.push(`${lost} measures belong to another run and were left out.`);
  return notices;
}

/** Photos that saw the place that fewest saw; empty for a box, whose splats come from many. */
const fewestViews = (measure: Measure): number | string =>
  measure.kind === 'box' ? '' : Math.min(...measure.anchors.map(({ views }) => views));
