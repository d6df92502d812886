// `scale`: how long a metre is in the scene: by a known length, by GPS, by the method, or as a number.

import { resolve } from 'node:path';
import type { CommandInput, ProjectSnapshot } from '../contract/commands.ts';
import { foldEdits } from '../../projects/format/edits.ts';
import type { Scale } from '../../projects/format/quantity.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { lengthOf, placeOf } from './places.ts';
import { TerminalStudio } from './terminal-studio.ts';

export const scaleCommand: Command = {
  name: 'scale',
  usage:
    '--project DIR [--from PHOTO:x,y --to PHOTO:x,y --length "80 cm" | --gps | --method | --metres-per-unit N | --clear] [--json]',
  summary:
    'Says or sets the scale: two places of photos (pixels) that are a known length apart, the GPS of the photos, a metric method, or a number.',
  async run(args) {
    const { values } = argumentsOf(scaleCommand, args, {
      project: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      length: { type: 'string' },
      gps: { type: 'boolean', default: false },
      method: { type: 'boolean', default: false },
      'metres-per-unit': { type: 'string' },
      clear: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(scaleCommand, '--project is missing');
    const terminal = new TerminalStudio();
    try {
      const project = await terminal.do('projects.open', { folder: resolve(values.project) });
      const runId = project.shownRunId;
      let scale = foldEdits(project.edits, runId).scale;
      if (values.clear) {
        await terminal.do('edits.append', { kind: 'scale-cleared' });
        scale = null;
      } else {
        const typed = values['metres-per-unit'];
        const by = typed === undefined ? wayOf(values, project) : null;
        if (typed !== undefined) {
          const metresPerUnit = Number(typed);
          if (!(metresPerUnit > 0)) throw badUsage(scaleCommand, '--metres-per-unit takes a number above 0');
          scale = { metresPerUnit, relativeSigma: null, source: { kind: 'typed' } };
        } else if (by !== null) scale = await terminal.do('space.scale', by);
        if (typed !== undefined || by !== null)
          await terminal.do('edits.append', { kind: 'scale-set', ...(scale as Scale), runId });
      }
      process.stdout.write(`${values.json ? JSON.stringify({ scale }) : sentenceOf(scale)}\n`);
      return 0;
    } finally {
      await terminal.close();
    }
  },
};

/** @throws StudioFailure bad-input, not-found */
function wayOf(
  values: { from?: string; to?: string; length?: string; gps: boolean; method: boolean },
  { photos }: ProjectSnapshot,
): CommandInput<'space.scale'> | null {
  if (values.gps) return { kind: 'gps' };
  if (values.method) return { kind: 'method' };
  const { from, to, length } = values;
  if (from === undefined && to === undefined && length === undefined) return null;
  if (from === undefined || to === undefined || length === undefined)
    throw badUsage(scaleCommand, '--from, --to and --length are all needed');
  return { kind: 'length', places: [placeOf(from, photos), placeOf(to, photos)], metres: lengthOf(length) };
}

function sentenceOf(scale: Scale | null): string {
  if (scale === null) return 'No scale is set: lengths are in units of the scene.';
  const { metresPerUnit, relativeSigma, source } = scale;
  const error = relativeSigma === null ? '' : ` ± ${(200 * relativeSigma).toPrecision(2)} %`;
  const from = { length: 'a known length', gps: 'GPS', method: 'the method', typed: 'a number that was typed' }[
    source.kind
  ];
  return `One unit is ${metresPerUnit.toPrecision(5)} m${error}, from ${from}.`;
}
