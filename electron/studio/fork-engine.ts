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

/** Starts the engine program. Its output goes to this process's stderr, so that stdout stays free for answers. */
export function forkEngine(entryPath: string): EngineProcess {
  const child = fork(entryPath, {
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
    execArgv: [...engineFlags],
    env: withCompiledCode(process.env),
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
