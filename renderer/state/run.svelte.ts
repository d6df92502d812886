// The newest run and its progress: what the pill in the top bar says.

import type { RunProgress } from '../../electron/contract/commands.ts';
import type { Run } from '../../projects/format/scene.ts';

export class RunState {
  private runs = $state.raw<readonly Run[]>([]);
  progress = $state.raw<RunProgress | null>(null);

  readonly newest: Run | null = $derived(
    this.runs.reduce<Run | null>((best, run) => (best && best.createdAtMs >= run.createdAtMs ? best : run), null),
  );
  readonly status: Run['status'] | null = $derived(this.newest?.status ?? null);
  readonly isRunning: boolean = $derived(this.status === 'running');
  readonly isPaused: boolean = $derived(this.status === 'paused');

  reset(runs: readonly Run[], progress: RunProgress | null): void {
    this.runs = runs;
    this.progress = progress;
  }

  /** Returns true when this run is new and the scene starts afresh. */
  change(run: Run): boolean {
    const before = this.newest?.id ?? null;
    this.runs = [...this.runs.filter(({ id }) => id !== run.id), run];
    if (this.newest?.id === before) return false;
    this.progress = null;
    return true;
  }
}
