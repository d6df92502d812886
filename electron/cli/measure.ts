// `measure`: takes a measure at places of photos and keeps it, or lists what the project has measured.

import { resolve } from 'node:path';
import type { ProjectSnapshot } from '../contract/commands.ts';
import { foldEdits } from '../../projects/format/edits.ts';
import { locatedCameras, upOfScene } from '../../projects/format/gravity.ts';
import {
  placesNeeded,
  pointMeasureKinds,
  valueOf,
  type Measure,
  type MeasuredValue,
  type PointMeasureKind,
} from '../../projects/format/measures.ts';
import { errorOf, formatQuantity } from '../../projects/format/quantity.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { placeOf } from './places.ts';
import { TerminalStudio } from './terminal-studio.ts';

export const measureCommand: Command = {
  name: 'measure',
  usage: `--project DIR [--kind ${pointMeasureKinds.join('|')} --at PHOTO:x,y … [--name NAME]] [--json]`,
  summary:
    'Takes a measure between places of photos (pixels of the upright photo) and keeps it; without --kind, lists what was measured. Export it with export --format measures.',
  async run(args) {
    const { values } = argumentsOf(measureCommand, args, {
      project: { type: 'string' },
      kind: { type: 'string' },
      at: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(measureCommand, '--project is missing');
    const kind = values.kind === undefined ? null : pointMeasureKinds.find((each) => each === values.kind);
    if (kind === undefined) throw badUsage(measureCommand, `--kind is one of ${pointMeasureKinds.join(', ')}`);
    const terminal = new TerminalStudio();
    try {
      const project = await terminal.do('projects.open', { folder: resolve(values.project) });
      const taken = kind === null ? null : await take(terminal, project, kind, values.at, values.name);
      const shown = taken ? [taken] : foldEdits(project.edits).measures;
      const lines = shown.flatMap((measure) => {
        const value = valueIn(project, measure);
        return value ? [{ measure, value }] : [];
      });
      process.stdout.write(
        `${values.json ? JSON.stringify({ measures: lines.map(reportOf) }) : textOf(lines.map(reportOf))}\n`,
      );
      return 0;
    } finally {
      await terminal.close();
    }
  },
};

async function take(
  terminal: TerminalStudio,
  { photos, edits }: ProjectSnapshot,
  kind: PointMeasureKind,
  at: readonly string[],
  name = `${kind} ${foldEdits(edits).measures.length + 1}`,
): Promise<Measure> {
  const [least, most] = placesNeeded[kind];
  if (at.length < least || at.length > most)
    throw badUsage(measureCommand, `${kind} takes ${least === most ? least : `at least ${least}`} times --at`);
  const anchors = await terminal.do('space.anchor', { places: at.map((text) => placeOf(text, photos)) });
  const measure: Measure = { id: crypto.randomUUID(), name, kind, anchors };
  await terminal.do('edits.append', { kind: 'measure-added', measure });
  return measure;
}

function valueIn({ photos, frames, edits, shownRunId }: ProjectSnapshot, measure: Measure): MeasuredValue | null {
  const poses = new Map(frames.flatMap(({ id, worldFromCamera }) => (worldFromCamera ? [[id, worldFromCamera]] : [])));
  const { scale, upInWorld } = foldEdits(edits, shownRunId);
  const up = upInWorld ?? upOfScene(locatedCameras(frames, photos)) ?? ([0, -1, 0] as const);
  return valueOf(measure, (id) => poses.get(id) ?? null, up, scale);
}

const reportOf = ({ measure: { id, name, kind }, value }: { measure: Measure; value: MeasuredValue }) => ({
  id,
  name,
  kind,
  quantities: value.quantities.map((quantity) => ({
    name: quantity.name,
    value: quantity.value,
    error: errorOf(quantity),
    metric: quantity.isMetric,
    text: formatQuantity(quantity),
  })),
});

function textOf(reports: readonly ReturnType<typeof reportOf>[]): string {
  if (reports.length === 0) return 'Nothing has been measured.';
  const lines = reports.map(({ name, quantities: [{ text }] }) => `${name}: ${text}`);
  const isUnscaled = reports.some(({ kind, quantities: [{ metric }] }) => !metric && kind !== 'angle');
  return [...lines, ...(isUnscaled ? ['In scene units: set a scale.'] : [])].join('\n');
}
