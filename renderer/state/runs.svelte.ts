// The runs of the project beside each other: how the others differ from the one that is shown, and going over to another.

import type { RunComparison } from '../../electron/contract/run-comparison.ts';
import type { RunId } from '../../projects/format/scene.ts';
import { inverse, type Sim3 } from '../../projects/format/sim3.ts';
import type { RunState } from './run.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

/** Where the eye goes when another run is shown; null: nobody knows, since the two have too few cameras in common. */
export interface Crossing {
  newFromOld: Sim3 | null;
}

export class RunsState {
  /** By the run that is held against the shown one. */
  comparisons = $state.raw<ReadonlyMap<RunId, RunComparison>>(new Map());
  private readonly calls: StudioCalls;
  private readonly run: RunState;
  private crossing: (Crossing & { runId: RunId }) | null = null;

  constructor(calls: StudioCalls, run: RunState) {
    this.calls = calls;
    this.run = run;
  }

  /** Holds all other runs against the one that is shown. */
  async compare(): Promise<void> {
    const shownId = this.run.shown?.id;
    const found = new Map<RunId, RunComparison>();
    for (const { id } of this.run.all) {
      const comparison = id === shownId ? null : await this.calls.ask('run.compare', { runId: id }, 'run');
      if (comparison) found.set(id, comparison);
    }
    if (this.run.shown?.id === shownId) this.comparisons = found;
  }

  async show(runId: RunId): Promise<void> {
    const comparison = await this.calls.ask('run.compare', { runId }, 'run');
    if (!comparison) return;
    const { shownFromOther } = comparison;
    this.crossing = { runId, newFromOld: shownFromOther && inverse(shownFromOther) };
    if (!(await this.calls.tell('run.show', { runId }, 'run'))) this.crossing = null;
  }

  async remove(runId: RunId): Promise<void> {
    await this.calls.tell('run.remove', { runId }, 'run');
  }

  /** The way to the run that is shown now, once; null when nobody went. */
  takeCrossing(): Crossing | null {
    if (this.crossing === null || this.crossing.runId !== this.run.shown?.id) return null;
    const { newFromOld } = this.crossing;
    this.crossing = null;
    return { newFromOld };
  }
}
