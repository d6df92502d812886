// `runs`: what was reconstructed from the same photos, how the runs differ, and which of them the other commands are about.

import { resolve } from 'node:path';
import type { ProjectSnapshot } from '../contract/commands.ts';
import type { RunComparison } from '../contract/run-comparison.ts';
import type { Run } from '../../projects/format/scene.ts';
import { argumentsOf, badUsage, wholeNumber, type Command } from './command.ts';
import { TerminalStudio } from './terminal-studio.ts';

interface RunLine {
  /** Counts from one, oldest first. */
  number: number;
  shown: boolean;
  engine: string;
  settings: Run['settings'];
  status: Run['status'];
  createdAtMs: number;
  /** Against the run that is shown; null for that run. */
  comparison: Omit<RunComparison, 'shownFromOther'> | null;
}

export const runsCommand: Command = {
  name: 'runs',
  usage: '--project DIR [--show N] [--remove N] [--json]',
  summary:
    'Lists the runs of a project and how far their cameras are apart; --show says which one all commands are about.',
  async run(args) {
    const { values } = argumentsOf(runsCommand, args, {
      project: { type: 'string' },
      show: { type: 'string' },
      remove: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (values.project === undefined) throw badUsage(runsCommand, '--project is missing');
    const [show, remove] = [wholeNumber('show', values.show, 1), wholeNumber('remove', values.remove, 1)];
    const terminal = new TerminalStudio();
    try {
      const { runs } = await terminal.do('projects.open', { folder: resolve(values.project) });
      const idOf = (number: number): string => {
        if (number > runs.length) throw badUsage(runsCommand, `there is no run ${number}, only ${runs.length}`);
        return runs[number - 1].id;
      };
      if (show !== null) await terminal.do('run.show', { runId: idOf(show) });
      if (remove !== null) await terminal.do('run.remove', { runId: idOf(remove) });
      const lines = await linesOf(terminal, await terminal.do('project.snapshot', null));
      if (values.json) process.stdout.write(`${JSON.stringify({ runs: lines })}\n`);
      else for (const line of lines) process.stdout.write(`${sentenceOf(line)}\n`);
      return 0;
    } finally {
      await terminal.close();
    }
  },
};

async function linesOf(terminal: TerminalStudio, snapshot: ProjectSnapshot | null): Promise<RunLine[]> {
  const lines: RunLine[] = [];
  for (const [idx, { id, modelId, settings, status, createdAtMs }] of (snapshot?.runs ?? []).entries()) {
    const shown = id === snapshot?.shownRunId;
    const line: RunLine = { number: idx + 1, shown, engine: modelId, settings, status, createdAtMs, comparison: null };
    if (!shown) {
      const { shownFromOther: _eye, ...comparison } = await terminal.do('run.compare', { runId: id });
      line.comparison = comparison;
    }
    lines.push(line);
  }
  return lines;
}

function sentenceOf({ number, shown, engine, status, createdAtMs, comparison }: RunLine): string {
  const head = `${number} ${engine}, ${status}, ${new Date(createdAtMs).toISOString().slice(0, 16).replace('T', ' ')}`;
  if (shown || !comparison) return `${head} (shown)`;
  const { both, onlyShown, onlyOther, cameras } = comparison;
  const counts = `${both} cameras in both, ${onlyOther} only there, ${onlyShown} only in the shown one`;
  if (!cameras) return `${head}: ${counts}`;
  return `${head}: ${counts}; apart by ${(100 * cameras.medianShare).toFixed(2)} % of their extent and ${cameras.medianDeg.toFixed(2)} degrees`;
}
