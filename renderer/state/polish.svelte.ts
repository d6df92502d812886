// Polishes of the newest run's splats: what they brought, how far one is that goes on, and what can be taken back.

import type { PolishStage } from '../../electron/contract/refine-commands.ts';
import type { Polish } from '../../projects/format/polish.ts';
import type { StudioCalls } from './studio-calls.ts';

export class PolishState {
  private readonly calls: StudioCalls;
  records = $state.raw<readonly Polish[]>([]);
  /** null while none goes on. */
  progress = $state.raw<PolishStage | null>(null);
  /** The user wants it to end, and it has not yet. */
  ending = $state(false);

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  readonly undoable: Polish | null = $derived(this.records.findLast(({ undone }) => !undone) ?? null);
  readonly redoable: Polish | null = $derived(this.records.find(({ undone }) => undone) ?? null);

  reset(records: readonly Polish[], progress: PolishStage | null): void {
    this.records = records;
    this.report(progress);
  }

  report(progress: PolishStage | null): void {
    this.progress = progress;
    if (progress === null) this.ending = false;
  }

  start(): Promise<unknown> {
    return this.calls.ask('polish.run', null, 'run');
  }

  cancel(): Promise<unknown> {
    this.ending = true;
    return this.calls.tell('polish.cancel', null, 'run');
  }

  undo(): Promise<unknown> {
    return this.calls.ask('polish.undo', null, 'run');
  }

  redo(): Promise<unknown> {
    return this.calls.ask('polish.redo', null, 'run');
  }
}
