// The installed methods, and what the models page is doing.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { AddedModel, CheckpointOffer, ModelInfo } from '../../electron/contract/model-commands.ts';
import type { Precision } from '../../projects/format/precision.ts';
import type { RevisitId, UpdateRuleId } from '../../projects/format/scene.ts';
import type { StudioCalls } from './studio-calls.ts';

type Source = CommandInput<'models.add'>['source'];

/** A checkpoint that was brought and waits for a decision. */
export interface PendingModel extends CheckpointOffer {
  source: Source;
}

const reading = { stage: 'Reading the checkpoint', fraction: null };

export class ModelsState {
  private readonly calls: StudioCalls;
  all = $state.raw<readonly ModelInfo[] | null>(null);
  /** The method the next run uses; null takes the default. */
  chosenId = $state<string | null>(null);
  /** How the next run's recurrent method changes its state. */
  updateRule = $state<UpdateRuleId>('plain');
  /** Whether the next run's recurrent method meets the photos once more. */
  revisit = $state<RevisitId>('none');
  /** The pack that fills the gaps of the next run's geometry; null leaves them open. */
  gapsId = $state<string | null>(null);
  progress = $state.raw<{ stage: string; fraction: number | null } | null>(null);
  pending = $state.raw<PendingModel | null>(null);
  /** The newest one that was added here. */
  added = $state.raw<AddedModel | null>(null);

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

  /** Packs that predict depth, for the gaps of the built-in method. */
  readonly predictors: readonly ModelInfo[] = $derived(this.methods.filter(({ kind }) => kind !== 'geometry'));

  async refresh(): Promise<void> {
    this.all = (await this.calls.ask('models.list', null, 'models')) ?? this.all ?? [];
  }

  /** Looks at a checkpoint; what it is waits in `pending`, in place of an earlier one. */
  async look(source: Source): Promise<void> {
    await this.decline();
    this.added = null;
    // While another one is added the host says so, and that one's progress stays.
    const isFree = this.progress === null;
    if (isFree) this.progress = reading;
    const offer = await this.calls.ask('models.preview', { source }, 'models');
    if (isFree) this.progress = null;
    if (offer) this.pending = { ...offer, source };
    else await this.#letGo(source);
  }

  /** Adds what is pending; its licence has been shown. */
  async add(precision: Precision): Promise<void> {
    if (!this.pending) return;
    const { source } = this.pending;
    this.pending = null;
    this.progress = reading;
    this.added = await this.calls.ask('models.add', { source, acceptLicence: true, precision }, 'models');
    this.progress = null;
    if (this.added) await this.refresh();
    else await this.#letGo(source);
  }

  cancel(): void {
    void this.calls.tell('models.cancel', null, 'models');
  }

  async decline(): Promise<void> {
    const source = this.pending?.source;
    this.pending = null;
    if (source) await this.#letGo(source);
  }

  /** Deletes what was sent. */
  async #letGo(source: Source): Promise<void> {
    await this.calls.tell('models.decline', { source }, 'models');
  }
}
