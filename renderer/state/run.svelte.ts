// The run that is shown, those beside it, and its progress: what the pill in the top bar says.

import type { ProjectSnapshot, RunProgress } from '../../electron/contract/commands.ts';
import type { Run, RunId } from '../../projects/format/scene.ts';

export class RunState {
  /** Oldest first. */
  all = $state.raw<readonly Run[]>([]);
  private shownId = $state.raw<RunId | null>(null);
  progress = $state.raw<RunProgress | null>(null);

  readonly shown: Run | null = $derived(this.all.find(({ id }) => id === this.shownId) ?? null);
  readonly status: Run['status'] | null = $derived(this.shown?.status ?? null);
  readonly isRunning: boolean = $derived(this.status === 'running');
  readonly isPaused: boolean = $derived(this.status === 'paused');

  reset({ runs, shownRunId, run }: Pick<ProjectSnapshot, 'runs' | 'shownRunId' | 'run'>): void {
    this.all = runs;
    this.shownId = shownRunId;
    this.progress = run;
  }

  /** Returns true when this run is new: it is shown from now on, and the scene starts afresh. */
  change(run: Run): boolean {
    const isNew = this.all.every(({ id }) => id !== run.id);
    this.all = isNew ? [...this.all, run] : this.all.map((known) => (known.id === run.id ? run : known));
    if (!isNew) return false;
    this.shownId = run.id;
    this.progress = null;
    return true;
  }
}
