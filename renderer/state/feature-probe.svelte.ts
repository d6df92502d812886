// What the image encoders of installed models know of the run that is shown: asked for on the models page, forgotten with the run.

import type { FeatureProbe } from '../../electron/contract/feature-probe.ts';
import type { RunId } from '../../projects/format/scene.ts';
import type { ModelsState } from './models.svelte.ts';
import type { RunState } from './run.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

/** Every so many-th photo is left out and drawn. */
const every = 4;

export class FeatureProbeState {
  private readonly calls: StudioCalls;
  private readonly run: RunState;
  private readonly models: ModelsState;
  private found = $state.raw<{ runId: RunId; report: FeatureProbe } | null>(null);
  /** A comparison goes on; how far it is stands in the progress of the models page. */
  going = $state(false);

  constructor(calls: StudioCalls, run: RunState, models: ModelsState) {
    this.calls = calls;
    this.run = run;
    this.models = models;
  }

  /** Of the shown run; null until it is asked for. */
  readonly report: FeatureProbe | null = $derived.by(() =>
    this.found !== null && this.found.runId === this.run.shown?.id ? this.found.report : null,
  );

  async start(): Promise<void> {
    const runId = this.run.shown?.id;
    if (runId === undefined || this.going) return;
    this.going = true;
    this.models.progress = { stage: 'Making the splats', fraction: null };
    try {
      const report = await this.calls.ask('models.probe', { modelIds: null, every }, 'models');
      if (report) this.found = { runId, report };
    } finally {
      this.going = false;
      this.models.progress = null;
    }
  }
}
