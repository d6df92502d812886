// The checks that need no run: types, lint, format. Each is one line of the result.

import { spawnSync } from 'node:child_process';
import { repository } from './sources.ts';

export interface Check {
  name: string;
  command: readonly [program: string, ...args: string[]];
}

export const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of components', command: ['svelte-check', '--tsconfig', 'tsconfig.json', '--threshold', 'warning'] },
  { name: 'lint', command: ['oxlint', '-c', 'build/oxlintrc.json', '--deny-warnings', '.'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
];

/** Runs one check and says how it went. */
export function runCheck({ name, command: [program, ...args] }: Check): boolean {
  const { status } = spawnSync(`node_modules/.bin/${program}`, args, {
    stdio: 'inherit',
    cwd: repository,
    shell: process.platform === 'win32',
  });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  return status === 0;
}

if (import.meta.main) process.exitCode = checks.map(runCheck).every(Boolean) ? 0 : 1;
