// Refinements of the newest run: what tracks between the photos brought, and what can be taken back.

import type { Refinement, RefinementReport } from '../../projects/format/refinement.ts';
import type { StudioCalls } from './studio-calls.ts';

export class RefinementsState {
  private readonly calls: StudioCalls;
  records = $state.raw<readonly Refinement[]>([]);
  /** The user has asked for one and it is being made. */
  isWorking = $state(false);

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  readonly undoable: Refinement | null = $derived(this.records.findLast(({ undone }) => !undone) ?? null);
  readonly redoable: Refinement | null = $derived(this.records.find(({ undone }) => undone) ?? null);
  /** Figures of the largest world as it is shown now. */
  readonly report: RefinementReport | null = $derived(
    this.undoable?.reports.find(({ refusal }) => refusal === null) ?? null,
  );

  async refine(): Promise<void> {
    this.isWorking = true;
    await this.calls.ask('refine.run', null, 'run');
    this.isWorking = false;
  }

  undo(): Promise<unknown> {
    return this.calls.ask('refine.undo', null, 'run');
  }

  redo(): Promise<unknown> {
    return this.calls.ask('refine.redo', null, 'run');
  }
}
