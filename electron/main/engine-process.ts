// The engine as Electron's utility process: a child with Node, in Chromium's process model, that cannot become a window.

import { utilityProcess } from 'electron';
import { engineFlags } from '../studio/fork-engine.ts';
import type { EngineProcess } from '../studio/options.ts';

export function spawnUtilityEngine(entryPath: string): EngineProcess {
  const child = utilityProcess.fork(entryPath, [], {
    serviceName: 'Permanence engine',
    stdio: 'inherit',
    execArgv: [...engineFlags],
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let reason: string | null = null;
      // Comes before `exit` when V8 gave up, for example out of memory.
      child.on('error', (type, location) => (reason = `${type} in ${location}`));
      child.once('exit', (code) => listener(reason ?? `code ${code}`));
    },
    // `kill` asks politely; an engine inside a network does not hear it, so the process is ended by its number.
    kill: () => {
      if (child.pid === undefined) return;
      try {
        process.kill(child.pid, 'SIGKILL');
      } catch {
        // It has ended in this very moment; `onExit` says so.
      }
    },
  };
}
