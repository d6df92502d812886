// Saved states of a run: when to save, what to keep, and where to go on from.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineClient } from '../engine-client.ts';
import type { Emitter } from '../emitter.ts';
import { statePath } from '../../../projects/format/layout.ts';
import type { RunId, SavedState } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';

/** A state is saved after so many steps: a crash repeats at most so many photos. */
export const stepsBetweenStates = 10;
/** More states than this are thinned out, so that a long run does not fill the disk. */
const mostStates = 24;

export class StateKeeper {
  readonly #store: ProjectStore;
  readonly #emitter: Emitter;
  readonly #runId: RunId;

  constructor(store: ProjectStore, emitter: Emitter, runId: RunId) {
    this.#store = store;
    this.#emitter = emitter;
    this.#runId = runId;
  }

  pathOf(stepIdx: number): string {
    return join(this.#store.folder, statePath(this.#runId, stepIdx));
  }

  newest(): SavedState | null {
    return this.#store.states.list(this.#runId).at(-1) ?? null;
  }

  /** File first, then row, then event; superfluous states go in the opposite order. */
  async save(engine: EngineClient, stepIdx: number): Promise<void> {
    await engine.request('save', { path: this.pathOf(stepIdx) });
    const state = this.#store.states.add(this.#runId, stepIdx);
    this.#emitter.emit('state.saved', { state });
    await this.drop(superfluous(this.#store.states.list(this.#runId)));
  }

  async drop(states: readonly SavedState[]): Promise<void> {
    this.#store.states.remove(states);
    for (const { stepIdx } of states) await rm(this.pathOf(stepIdx), { force: true });
  }
}

/**
 * States that need not be kept: of those before the newest, only every tenth step stays for going back, and when these are
 * too many, every twentieth, every fortieth, and so on.
 */
export function superfluous(states: readonly SavedState[]): SavedState[] {
  const older = states.slice(0, -1);
  let stride = stepsBetweenStates;
  const stays = ({ stepIdx }: SavedState): boolean => stepIdx % stride === 0;
  while (older.filter(stays).length >= mostStates) stride *= 2;
  return older.filter((state) => !stays(state));
}
