// Splats the user has chosen: how they were found, what can be done with them, and the way back to what was chosen before.

import type { WrittenFile } from '../../electron/contract/written-file.ts';
import type { CommandInput } from '../../electron/contract/commands.ts';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { ExportFormatId } from '../../projects/format/export-formats.ts';
import {
  combineRows,
  countRows,
  decodeRows,
  emptyBits,
  encodeRows,
  type ChunkRows,
  type RowBits,
  type RowOperation,
} from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId } from '../../projects/format/scene.ts';
import type { AskState } from './ask.svelte.ts';
import type { EditsState } from './edits.svelte.ts';
import type { LabelsState } from './labels.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

type SelectBy = CommandInput<'scene.select'>['by'];

/** A selection, as it is now or was before. */
interface Selected {
  chunks: readonly ChunkRows[];
  splats: number;
  /** How it was chosen, as the undo button will say it. */
  what: string;
}

interface Step {
  selected: Selected;
  /** The last edit when the step was made: an edit that came later is undone first. */
  editSeq: number | null;
}

const nothing: Selected = { chunks: [], splats: 0, what: '' };
const mostSteps = 50;

/** Shades within which a clicked splat grows, in CIELAB units: the same paint under uneven light. */
const growTolerance = 14;

export class SplatSelectionState {
  operation = $state<RowOperation>('replace');
  /** A stroke that replaced the one before would be of no use: the brush has an operation of its own. */
  brushOperation = $state<Exclude<RowOperation, 'replace'>>('add');
  brushRadiusPx = $state(24);
  /** The brush goes through to what is hidden behind the surface that is seen. */
  brushTakesHidden = $state(false);
  /** Where the last export went. */
  exported = $state.raw<WrittenFile | null>(null);
  /** Rows of point chunks that lie on what is selected; empty until they are asked for. */
  pointRows = $state.raw<ReadonlyMap<ChunkId, RowBits>>(new Map());
  private selected = $state.raw<Selected>(nothing);
  private past = $state.raw<readonly Step[]>([]);
  private future = $state.raw<readonly Step[]>([]);
  readonly #calls: StudioCalls;
  readonly #ask: AskState;
  readonly #labels: LabelsState;
  readonly #edits: Pick<EditsState, 'undoable'>;

  constructor(calls: StudioCalls, ask: AskState, labels: LabelsState, edits: Pick<EditsState, 'undoable'>) {
    this.#calls = calls;
    this.#ask = ask;
    this.#labels = labels;
    this.#edits = edits;
  }

  readonly chunks: readonly ChunkRows[] = $derived(this.selected.chunks);
  readonly splats: number = $derived(this.selected.splats);
  readonly what: string = $derived(this.selected.what);
  readonly rows: ReadonlyMap<ChunkId, RowBits> = $derived(
    new Map(this.chunks.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)])),
  );
  readonly isEmpty: boolean = $derived(this.splats === 0);

  /** True when there is an answer or a selection to work on. */
  get isPossible(): boolean {
    return !this.isEmpty || (this.#ask.reply !== null && this.#ask.hits > 0);
  }

  /** True while undo would take back a choice rather than an edit. */
  get canUndo(): boolean {
    return this.past.at(-1)?.editSeq === (this.#edits.undoable?.seq ?? null) && this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0 && this.future.at(-1)?.editSeq === (this.#edits.undoable?.seq ?? null);
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

  /** What a stroke of the brush has touched. A stroke that changes nothing is no step. */
  byBrush(touched: ReadonlyMap<ChunkId, RowBits>, wanted: RowOperation = this.brushOperation): void {
    const operation = this.isEmpty && wanted === 'intersect' ? 'replace' : wanted;
    const none = emptyBits(0);
    const chunks: ChunkRows[] = [];
    let splats = 0;
    for (const chunkId of new Set([...this.rows.keys(), ...touched.keys()])) {
      const bits = combineRows(this.rows.get(chunkId) ?? none, touched.get(chunkId) ?? none, operation);
      const count = countRows(bits);
      if (count > 0) chunks.push({ chunkId, rows: encodeRows(bits) });
      splats += count;
    }
    if (splats === this.splats && operation !== 'replace') return;
    // Ten strokes are still one brush.
    const what = /(^| )brush$/.test(this.what) && operation === 'add' ? this.what : this.#named('brush', operation);
    this.#step({ chunks, splats, what: splats === 0 ? '' : what });
  }

  /** The user wants nothing selected. */
  deselect(): void {
    if (!this.isEmpty) this.#step(nothing);
  }

  /** An edit or another project has ended the selection: there is no way back to it. */
  clear(): void {
    this.selected = nothing;
    this.past = this.future = [];
    this.pointRows = new Map();
    this.operation = 'replace';
    this.exported = null;
  }

  undo(): void {
    const step = this.past.at(-1);
    if (!step) return;
    this.future = [...this.future, { ...step, selected: this.selected }];
    this.past = this.past.slice(0, -1);
    this.selected = step.selected;
  }

  redo(): void {
    const step = this.future.at(-1);
    if (!step) return;
    this.past = [...this.past, { ...step, selected: this.selected }];
    this.future = this.future.slice(0, -1);
    this.selected = step.selected;
  }

  /** Asks which points lie on what is selected, so that they can be shown. */
  async findPoints(): Promise<void> {
    const { selected } = this;
    if (this.isEmpty) return void (this.pointRows = new Map());
    const reply = await this.#calls.ask('scene.selectedPoints', { selection: [...selected.chunks] }, 'project');
    if (!reply || selected !== this.selected) return;
    this.pointRows = new Map(reply.chunks.map(({ chunkId, rows }) => [chunkId, decodeRows(rows)]));
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
    this.exported = await this.#calls.ask('export.write', input, 'project');
  }

  /** A table of the label set. */
  async exportInventory(): Promise<void> {
    const input = { words: [...this.#labels.words], reject: this.#labels.chosen.reject, path: null };
    this.exported = await this.#calls.ask('scene.inventory', input, 'project');
  }

  async #choose(by: SelectBy, name: string, wanted: RowOperation = this.operation): Promise<void> {
    const operation = this.isEmpty ? 'replace' : wanted;
    const reply = await this.#calls.ask('scene.select', { by, operation, selection: [...this.chunks] }, 'project');
    if (reply) this.#step({ chunks: reply.selection, splats: reply.splats, what: this.#named(name, operation) });
  }

  #named(name: string, operation: RowOperation): string {
    const joins = { replace: '', add: ' and ', subtract: ' without ', intersect: ' that is ' };
    return (operation === 'replace' || this.isEmpty ? name : `${this.what}${joins[operation]}${name}`).slice(0, 500);
  }

  #step(selected: Selected): void {
    const step = { selected: this.selected, editSeq: this.#edits.undoable?.seq ?? null };
    this.past = [...this.past.slice(1 - mostSteps), step];
    this.future = [];
    this.selected = selected;
    this.exported = null;
  }
}
