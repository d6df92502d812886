// The checks that need no run: types, lint, format. Each is one line of the result.
import { spawnSync } from 'node:child_process';

export const checks: readonly { name: string; command: readonly string[] }[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of components', command: ['svelte-check', '--tsconfig', 'tsconfig.json', '--threshold', 'warning'] },
  { name: 'lint', command: ['oxlint', '-c', 'build/oxlintrc.json', '--deny-warnings', '.'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
];

/** Runs every check; returns the names of those that failed. */
export function runChecks(): string[] {
  return checks.flatMap(({ name, command: [program, ...args] }) => {
    const { status } = spawnSync(`node_modules/.bin/${program}`, args, {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    return status === 0 ? [] : [name];
  });
}

if (import.meta.main) process.exitCode = runChecks().length > 0 ? 1 : 0;
