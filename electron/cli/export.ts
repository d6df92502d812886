// `export`: takes a project away in one of the formats that other tools read.

import { resolve } from 'node:path';
import { beliefIds } from '../../projects/format/belief.ts';
import { exportFormatIds, type ExportFormatId } from '../../projects/format/export-formats.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { ChunkRows } from '../../projects/format/row-set.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { TerminalStudio } from './terminal-studio.ts';
import { usualReject, usualWords, wordsOf } from './words.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: `--project DIR --format ${exportFormatIds.join('|')}|inventory --out PATH [--belief first|revised] [--only "words"] [--words "a, b"] [--json]`,
  summary:
    'Writes what is shown: hidden frames and deleted points stay out. --only keeps what a question finds; an inventory counts --words.',
  async run(args) {
    const { values } = argumentsOf(exportCommand, args, {
      project: { type: 'string' },
      format: { type: 'string' },
      out: { type: 'string' },
      only: { type: 'string' },
      belief: { type: 'string', default: 'revised' },
      words: { type: 'string', default: usualWords },
      json: { type: 'boolean', default: false },
    });
    const { project, format, out } = values;
    if (project === undefined || format === undefined || out === undefined)
      throw badUsage(exportCommand, '--project, --format and --out are all needed');
    if (format !== 'inventory' && !isFormat(format)) throw new StudioFailure('format-unknown', { format });
    const belief = beliefIds.find((id) => id === values.belief);
    if (!belief) throw badUsage(exportCommand, `--belief takes one of ${beliefIds.join(', ')}, not ${values.belief}`);
    if (belief === 'first' && values.only !== undefined)
      throw badUsage(
        exportCommand,
        'what a question finds lies on the revised belief: --only goes without --belief first',
      );
    const terminal = new TerminalStudio();
    try {
      await terminal.do('projects.open', { folder: resolve(project) });
      if (format === 'inventory' || values.only !== undefined) await terminal.do('scene.splat', null);
      if (format === 'inventory') {
        const labels = { words: wordsOf(values.words), reject: usualReject, path: resolve(out) };
        const { path, rows } = await terminal.do('scene.inventory', labels);
        process.stdout.write(values.json ? `${JSON.stringify({ format, path, rows })}\n` : `${path}\n`);
        return 0;
      }
      const selection = values.only === undefined ? undefined : await selectionOf(terminal, values.only);
      const written = await terminal.do('export.write', { format, path: resolve(out), belief, selection });
      for (const sentence of written.notices) process.stderr.write(`${sentence}\n`);
      process.stdout.write(values.json ? `${JSON.stringify({ format, ...written })}\n` : `${written.path}\n`);
      return 0;
    } finally {
      await terminal.close();
    }
  },
};

/** @throws StudioFailure query-unknown-word, bad-input, nothing-selected */
async function selectionOf(terminal: TerminalStudio, text: string): Promise<ChunkRows[]> {
  const by = { kind: 'words' as const, text, threshold: 0.5, notThis: [], instanceIdx: null };
  const { selection, splats } = await terminal.do('scene.select', { by, operation: 'replace', selection: [] });
  if (splats === 0) throw new StudioFailure('nothing-selected');
  return selection;
}

function isFormat(format: string): format is ExportFormatId {
  return exportFormatIds.some((id) => id === format);
}
