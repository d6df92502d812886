// `export`: takes a project away in one of the formats that other tools read.

import { resolve } from 'node:path';
import { exportFormatIds, type ExportFormatId } from '../../projects/format/export-formats.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { TerminalStudio } from './terminal-studio.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: `--project DIR --format ${exportFormatIds.join('|')} --out PATH [--json]`,
  summary: 'Writes what is shown: hidden frames and deleted points stay out.',
  async run(args) {
    const { values } = argumentsOf(exportCommand, args, {
      project: { type: 'string' },
      format: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const { project, format, out } = values;
    if (project === undefined || format === undefined || out === undefined)
      throw badUsage(exportCommand, '--project, --format and --out are all needed');
    if (!isFormat(format)) throw new StudioFailure('format-unknown', { format });
    const terminal = new TerminalStudio();
    try {
      await terminal.do('projects.open', { folder: resolve(project) });
      const written = await terminal.do('export.write', { format, path: resolve(out) });
      for (const sentence of written.notices) process.stderr.write(`${sentence}\n`);
      process.stdout.write(values.json ? `${JSON.stringify({ format, ...written })}\n` : `${written.path}\n`);
      return 0;
    } finally {
      await terminal.close();
    }
  },
};

function isFormat(format: string): format is ExportFormatId {
  return exportFormatIds.some((id) => id === format);
}
