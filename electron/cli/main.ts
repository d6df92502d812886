// The studio in a terminal: `npm run -s studio -- <command>`. Answers on stdout, everything else on stderr.

import { errorOf } from '../../projects/format/result.ts';
import type { Command } from './command.ts';
import { evalCommand } from './eval.ts';
import { exportCommand } from './export.ts';
import { modelsCommand } from './models.ts';
import { queryCommand } from './query.ts';
import { reconstructCommand } from './reconstruct.ts';
import { renderCommand } from './render.ts';
import { serveCommand } from './serve.ts';

const commands: readonly Command[] = [
  reconstructCommand,
  exportCommand,
  queryCommand,
  renderCommand,
  evalCommand,
  modelsCommand,
  serveCommand,
];

async function main([name, ...args]: string[]): Promise<number> {
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

process.exitCode = await main(process.argv.slice(2));
