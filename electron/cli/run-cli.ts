// Finds the command of the terminal and turns what it throws into a sentence. Answers on stdout, everything else on stderr.

import { errorOf } from '../../projects/format/result.ts';
import type { Command } from './command.ts';
import { endUntakenEngine, startEngine } from './early-engine.ts';

/** Only the one that is asked for is loaded: starting is most of what a short command takes. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  reconstruct: async () => (await import('./reconstruct.ts')).reconstructCommand,
  polish: async () => (await import('./polish.ts')).polishCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  query: async () => (await import('./query.ts')).queryCommand,
  ask: async () => (await import('./ask.ts')).askCommand,
  scale: async () => (await import('./scale.ts')).scaleCommand,
  measure: async () => (await import('./measure.ts')).measureCommand,
  render: async () => (await import('./render.ts')).renderCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
};

/** Runs one command; returns the exit code: 0 when all went well, 1 when not, 2 when there is no such command. */
export async function runCli([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${await help()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(commands, name)) {
    process.stderr.write(`There is no command ${name}. These exist: ${Object.keys(commands).join(', ')}.\n`);
    return 2;
  }
  try {
    if (name === 'reconstruct') startEngine();
    const command = await commands[name]();
    return await command.run(args);
  } catch (error) {
    const { code, sentence } = errorOf(error);
    process.stderr.write(`${sentence} [${code}]\n`);
    return 1;
  } finally {
    endUntakenEngine();
  }
}

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const lines = all.map(({ name, usage, summary }) => `  ${name} ${usage}\n      ${summary}`);
  return ['Permanence: photos become a 3D scene, one photo at a time.', '', ...lines].join('\n');
}
