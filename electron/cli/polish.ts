// `polish`: the splats of a project fitted to its photos, or as they were before.

import { resolve } from 'node:path';
import { sentenceOfPolish, type Polish } from '../../projects/format/polish.ts';
import { argumentsOf, badUsage, type Command } from './command.ts';
import { ProgressLine } from './progress.ts';
import { interruptedCode, onInterrupt, TerminalStudio } from './terminal-studio.ts';

export const polishCommand: Command = {
  name: 'polish',
  usage: '--project DIR [--undo | --redo] [--json]',
  summary: 'Fits the splats to the photos for sharper views; undo and redo switch between before and after.',
  async run(args) {
    const { values } = argumentsOf(polishCommand, args, {
      project: { type: 'string' },
      undo: { type: 'boolean', default: false },
      redo: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(polishCommand, '--project is missing');
    if (values.undo && values.redo) throw badUsage(polishCommand, '--undo and --redo exclude each other');
    const terminal = new TerminalStudio();
    const line = new ProgressLine();
    let interrupted = false;
    const letGo = onInterrupt(() => {
      interrupted = true;
      void terminal.studio.invoke('polish.cancel', null);
    });
    try {
      await terminal.do('projects.open', { folder: resolve(values.project) });
      if (values.undo || values.redo) {
        const polish = await terminal.do(values.undo ? 'polish.undo' : 'polish.redo', null);
        const sentence = polish
          ? `The splats are ${values.undo ? 'as before' : 'polished again'}.`
          : 'There is nothing to do.';
        process.stdout.write(`${values.json ? JSON.stringify({ polish }) : sentence}\n`);
        return 0;
      }
      const { report } = await polishSplats(terminal, line);
      process.stdout.write(`${values.json ? JSON.stringify(report) : sentenceOfPolish(report)}\n`);
      return 0;
    } catch (error) {
      if (interrupted) return interruptedCode;
      throw error;
    } finally {
      letGo();
      line.end();
      await terminal.close();
    }
  },
};

/** Polishes the splats of the open project, and shows how far it is. @throws StudioFailure nothing-to-polish, cancelled */
export async function polishSplats(terminal: TerminalStudio, line: ProgressLine): Promise<Polish> {
  const unsubscribe = terminal.on('polish.progress', ({ progress }) => {
    if (progress) line.show('Polishing the splats', progress.fraction, progress.stage);
  });
  try {
    return await terminal.do('polish.run', null);
  } finally {
    unsubscribe();
  }
}
