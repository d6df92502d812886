// The installed methods, and what the models page is doing.

import type { ModelInfo } from '../../electron/contract/commands.ts';
import type { RevisitId, UpdateRuleId } from '../../projects/format/scene.ts';
import type { StudioCalls } from './studio-calls.ts';

/** A checkpoint that was dropped and waits for its licence to be accepted. */
export interface PendingModel {
  name: string;
  source: { kind: 'path'; path: string } | { kind: 'upload'; uploadId: string };
  licence: string;
}

export class ModelsState {
  private readonly calls: StudioCalls;
  all = $state.raw<readonly ModelInfo[] | null>(null);
  /** The method the next run uses; null takes the default. */
  chosenId = $state<string | null>(null);
  /** How the next run's recurrent method changes its state. */
  updateRule = $state<UpdateRuleId>('plain');
  /** Whether the next run's recurrent method meets the photos once more. */
  revisit = $state<RevisitId>('none');
  progress = $state.raw<{ stage: string; fraction: number | null } | null>(null);
  pending = $state.raw<PendingModel | null>(null);

  constructor(calls: StudioCalls) {
    this.calls = calls;
  }

  /** Language packs answer questions; they do not reconstruct. */
  readonly methods: readonly ModelInfo[] = $derived((this.all ?? []).filter(({ kind }) => kind !== 'language'));
  readonly chosen: ModelInfo | null = $derived(
    this.methods.find(({ id }) => id === this.chosenId) ??
      this.methods.find(({ isDefault }) => isDefault) ??
      this.methods[0] ??
      null,
  );

  async refresh(): Promise<void> {
    this.all = (await this.calls.ask('models.list', null, 'models')) ?? this.all ?? [];
  }

  /** Adds a checkpoint; when its licence has to be accepted first, it waits in `pending`. */
  async add(name: string, source: PendingModel['source'], acceptLicence: boolean): Promise<string | null> {
    this.progress = { stage: 'Reading the checkpoint', fraction: null };
    const result = await this.calls.api.invoke('models.add', { source, acceptLicence });
    this.progress = null;
    this.pending = null;
    if (result.ok) {
      await this.refresh();
      return null;
    }
    if (result.error.code === 'model-licence') {
      this.pending = { name, source, licence: result.error.sentence };
      return null;
    }
    return result.error.sentence;
  }
}
