// The engine as a child process of plain Node: for the web host, the command line and tests.

import { fork } from 'node:child_process';
import { withCompiledCode } from './compile-cache.ts';
import type { EngineProcess } from './options.ts';

/**
 * V8 doubles the space for young objects while a run goes on, up to 3 × 16 MB: memory would grow with the first hundred photos for
 * nothing, because what is large here are typed arrays, which lie outside of it. For the same reason the engine collects garbage by itself
 * after every saved state, some 10 ms in ten photos.
 */
export const engineFlags: readonly string[] = ['--max-semi-space-size=2', '--expose-gc'];

/**
 * glibc gives threads heaps of their own, up to eight for every core, and what is freed in one is not used by another: photos decoded by
 * a pool of threads made the engine grow for nothing. It also learns to keep what was large once, up to 32 MB, in a heap whose end is then
 * in use: arrays of 8 MB and more go back to the system instead (with 4 MB, pictures would: 3 % of the time). Other systems do not know the
 * variables; who has set one keeps it.
 */
export const withFewHeaps = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(8 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(16 * 2 ** 20),
  ...environment,
});

/** Starts the engine program. Its output goes to this process's stderr, so that stdout stays free for answers. */
export function forkEngine(entryPath: string): EngineProcess {
  const child = fork(entryPath, {
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
    execArgv: [...engineFlags],
    env: withFewHeaps(withCompiledCode(process.env)),
  });
  return {
    pid: child.pid,
    send: (message) => {
      // A message to a process that has just died is answered by onExit, not here.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let told = false;
      const tell = (reason: string): void => {
        if (!told) listener(reason);
        told = true;
      };
      child.on('exit', (code, signal) => tell(signal ? `signal ${signal}` : `code ${code}`));
      child.on('error', (error) => tell(error.message));
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
