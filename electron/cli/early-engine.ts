// The engine of a command that needs one, started while the rest of the studio is loaded: on two cores both are ready sooner.

import { forkEngine } from '../studio/fork-engine.ts';
import { engineEntry } from '../studio/node-host.ts';
import type { EngineProcess } from '../studio/options.ts';

let early: EngineProcess | null = null;

export function startEngine(): void {
  if (early) return;
  const engine = forkEngine(engineEntry());
  early = engine;
  // Whoever takes it later would not hear of an end that has been.
  engine.onExit(() => {
    if (early === engine) early = null;
  });
}

/** The engine that was started, once; afterwards, or where none was, a new one. */
export function takeEngine(): EngineProcess {
  const engine = early ?? forkEngine(engineEntry());
  early = null;
  return engine;
}

/** Without this a program that never took it would not end. */
export function endUntakenEngine(): void {
  early?.kill();
  early = null;
}
