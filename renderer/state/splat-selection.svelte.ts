// The selected splats: chosen by words, box or click, combined, and turned into edits and exports by the host.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { FrameBox } from '../../projects/format/edits.ts';
import type { ExportFormatId } from '../../projects/format/export-formats.ts';
import { decodeRows, type ChunkRows, type RowBits, type RowOperation } from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId } from '../../projects/format/scene.ts';
import type { AskState } from './ask.svelte.ts';
import type { LabelsState } from './labels.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

type SelectBy = CommandInput<'scene.select'>['by'];

/** Shades within which a clicked splat grows, in CIELAB units: the same paint under uneven light. */
const growTolerance = 14;

export class SplatSelectionState {
  chunks = $state.raw<readonly ChunkRows[]>([]);
  splats = $state(0);
  /** How it was chosen, as the undo button will say it. */
  what = $state('');
  operation = $state<RowOperation>('replace');
  /** Where the last export went. */
  exported = $state<string | null>(null);
  readonly rows: ReadonlyMap<ChunkId, RowBits> = $derived(
    new Map(this.chunks.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)])),
  );
  readonly isEmpty: boolean = $derived(this.splats === 0);
  readonly #calls: StudioCalls;
  readonly #ask: AskState;
  readonly #labels: LabelsState;

  constructor(calls: StudioCalls, ask: AskState, labels: LabelsState) {
    this.#calls = calls;
    this.#ask = ask;
    this.#labels = labels;
  }

  /** True when there is an answer or a selection to work on. */
  get isPossible(): boolean {
    return !this.isEmpty || (this.#ask.reply !== null && this.#ask.hits > 0);
  }

  /** The hits of the present answer; only those of the selected instance, where one is. */
  async byAnswer(): Promise<void> {
    const { asked, threshold, notThis, selected, reply } = this.#ask;
    if (!reply) return;
    const instanceIdx = selected ? reply.instances.indexOf(selected) : null;
    const words = { kind: 'words' as const, text: asked, threshold, notThis: [...notThis], instanceIdx };
    await this.#choose(words, selected?.label ?? asked);
  }

  byBox(boxes: FrameBox[]): Promise<void> {
    return this.#choose({ kind: 'box', boxes }, 'box');
  }

  byGrowing(splat: { frameId: FrameId; splatIdx: number }, adds: boolean): Promise<void> {
    return this.#choose({ kind: 'grow', ...splat, tolerance: growTolerance }, 'piece', adds ? 'add' : this.operation);
  }

  clear(): void {
    this.chunks = [];
    this.splats = 0;
    this.what = '';
    this.operation = 'replace';
    this.exported = null;
  }

  /** Without a selection the present answer is taken. */
  async edit(action: 'hide' | 'isolate' | 'delete'): Promise<void> {
    if (this.isEmpty) await this.byAnswer();
    if (this.isEmpty) return;
    const input = { action, what: this.what, selection: [...this.chunks] };
    if (await this.#calls.ask('scene.edit', input, 'project')) this.clear();
  }

  async export(format: ExportFormatId): Promise<void> {
    if (this.isEmpty) await this.byAnswer();
    if (this.isEmpty) return;
    const input = { format, path: null, selection: [...this.chunks] };
    this.exported = (await this.#calls.ask('export.write', input, 'project'))?.path ?? null;
  }

  /** A table of the label set. */
  async exportInventory(): Promise<void> {
    const input = { words: [...this.#labels.words], reject: this.#labels.chosen.reject, path: null };
    this.exported = (await this.#calls.ask('scene.inventory', input, 'project'))?.path ?? null;
  }

  async #choose(by: SelectBy, name: string, wanted: RowOperation = this.operation): Promise<void> {
    const operation = this.isEmpty ? 'replace' : wanted;
    const reply = await this.#calls.ask('scene.select', { by, operation, selection: [...this.chunks] }, 'project');
    if (!reply) return;
    const before = operation === 'replace' ? null : this.what;
    const joins = { replace: '', add: ' and ', subtract: ' without ', intersect: ' that is ' };
    this.what = (before === null ? name : `${before}${joins[operation]}${name}`).slice(0, 500);
    this.chunks = reply.selection;
    this.splats = reply.splats;
    this.exported = null;
  }
}
