// Finds the command of the terminal and turns what it throws into a sentence. Answers on stdout, everything else on stderr.

import { errorOf } from '../../projects/format/result.ts';
import type { Command } from './command.ts';
import { evalCommand } from './eval.ts';
import { exportCommand } from './export.ts';
import { measureCommand } from './measure.ts';
import { modelsCommand } from './models.ts';
import { queryCommand } from './query.ts';
import { reconstructCommand } from './reconstruct.ts';
import { renderCommand } from './render.ts';
import { scaleCommand } from './scale.ts';
import { serveCommand } from './serve.ts';

const commands: readonly Command[] = [
  reconstructCommand,
  exportCommand,
  queryCommand,
  scaleCommand,
  measureCommand,
  renderCommand,
  evalCommand,
  modelsCommand,
  serveCommand,
];

/** Runs one command; returns the exit code: 0 when all went well, 1 when not, 2 when there is no such command. */
export async function runCli([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    process.stderr.write(`There is no command ${name}. These exist: ${commands.map((c) => c.name).join(', ')}.\n`);
    return 2;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const { code, sentence } = errorOf(error);
    process.stderr.write(`${sentence} [${code}]\n`);
    return 1;
  }
}

function help(): string {
  const lines = commands.map(({ name, usage, summary }) => `  ${name} ${usage}\n      ${summary}`);
  return ['Permanence: photos become a 3D scene, one photo at a time.', '', ...lines].join('\n');
}
