// Measures and questions about space: what is being picked, what was measured, what was answered.

import type { SpatialAnswer } from '../../electron/contract/space-requests.ts';
import { locatedCameras, upOfScene } from '../../projects/format/gravity.ts';
import {
  placesNeeded,
  valueOf,
  type Measure,
  type MeasuredValue,
  type PointMeasureKind,
} from '../../projects/format/measures.ts';
import type { Scale } from '../../projects/format/quantity.ts';
import type { StudioError } from '../../projects/format/result.ts';
import type { ChunkRows } from '../../projects/format/row-set.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import type { EditsState } from './edits.svelte.ts';
import type { FramesState } from './frames.svelte.ts';
import type { PhotosState } from './photos.svelte.ts';
import type { RunState } from './run.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

/** A click on the scene; `precision` is one standard deviation of it in world units. */
export interface Picked {
  pointInWorld: Vec3;
  precision: number;
}

/** What the next clicks are for. */
export type Picking = PointMeasureKind | 'scale';

export interface ShownMeasure {
  measure: Measure;
  value: MeasuredValue;
}

export class MeasureState {
  /** null: clicks mean nothing special. */
  picking = $state<Picking | null>(null);
  places = $state.raw<readonly Picked[]>([]);
  /** Said beside the tool: there is no point under the pointer. */
  hint = $state('');
  selectedId = $state<string | null>(null);
  question = $state('');
  answer = $state.raw<SpatialAnswer | null>(null);
  problem = $state.raw<StudioError | null>(null);
  busy = $state(false);
  private turn = 0;
  /** The question that is answered; what is typed may be another one by now. */
  private asked = { text: '', threshold: 0 };
  private readonly calls: StudioCalls;
  private readonly edits: EditsState;
  private readonly photos: PhotosState;
  private readonly frames: FramesState;
  private readonly run: RunState;

  constructor(calls: StudioCalls, edits: EditsState, photos: PhotosState, frames: FramesState, run: RunState) {
    this.calls = calls;
    this.edits = edits;
    this.photos = photos;
    this.frames = frames;
    this.run = run;
  }

  readonly up: Vec3 = $derived.by(
    () =>
      this.edits.scene.upInWorld ?? upOfScene(locatedCameras(this.frames.placed, this.photos.ordered)) ?? [0, -1, 0],
  );
  /** Those of this run; measures of frames that are not there have no numbers. */
  readonly shown: readonly ShownMeasure[] = $derived.by(() =>
    this.edits.scene.measures.flatMap((measure) => {
      const poseOf = (id: string) => this.frames.get(id)?.worldFromCamera ?? null;
      const value = valueOf(measure, poseOf, this.up, this.edits.scene.scale);
      return value ? [{ measure, value }] : [];
    }),
  );
  /** True when Enter would make a measure of what is picked. */
  readonly canFinish: boolean = $derived(
    this.picking !== null && this.picking !== 'scale' && this.places.length >= placesNeeded[this.picking][0],
  );

  begin(picking: Picking | null): void {
    this.picking = picking;
    this.places = [];
    this.hint = '';
  }

  /** A place was clicked; null over nothing. Measures of a fixed number of places end by themselves. */
  async pick(place: Picked | null): Promise<void> {
    this.hint = place ? '' : 'There is no point under the pointer. ';
    if (!place || this.picking === null || this.busy) return;
    const most = this.picking === 'scale' ? 2 : placesNeeded[this.picking][1];
    if (this.places.length >= most) return;
    this.places = [...this.places, place];
    if (this.picking !== 'scale' && this.places.length === most) await this.finish();
  }

  takeBack(): void {
    this.places = this.places.slice(0, -1);
  }

  /** Keeps what is picked as a measure; the tool stays for the next one. */
  async finish(): Promise<void> {
    const { picking, places } = this;
    if (!this.canFinish || picking === null || picking === 'scale' || this.busy) return;
    this.busy = true;
    const anchors = await this.calls.ask('space.anchor', { places: places.map(worldPlace) }, 'project');
    if (anchors) {
      const measure: Measure = { id: crypto.randomUUID(), name: this.nameFor(picking), kind: picking, anchors };
      await this.edits.append({ kind: 'measure-added', measure });
      this.selectedId = measure.id;
    }
    this.busy = false;
    this.places = [];
  }

  /** The box around selected splats. */
  async addBox(selection: readonly ChunkRows[], what: string): Promise<void> {
    const found = await this.calls.ask('space.box', { selection: [...selection] }, 'project');
    if (!found) return;
    const name = (what === '' ? this.nameFor('box') : what).slice(0, 200);
    const measure: Measure = { id: crypto.randomUUID(), name, kind: 'box', ...found };
    await this.edits.append({ kind: 'measure-added', measure });
    this.selectedId = measure.id;
  }

  async rename(id: string, name: string): Promise<void> {
    if (name.trim() !== '') await this.edits.append({ kind: 'measure-renamed', measureId: id, name: name.trim() });
  }

  async remove(id: string): Promise<void> {
    await this.edits.append({ kind: 'measures-deleted', measureIds: [id] });
  }

  /** @param metres between the two picked places */
  async scaleByLength(metres: number): Promise<void> {
    if (this.places.length !== 2) return;
    const places = this.places.map(worldPlace);
    await this.setScale(await this.calls.ask('space.scale', { kind: 'length', places, metres }, 'project'));
  }

  async scaleBy(kind: 'gps' | 'method'): Promise<void> {
    await this.setScale(await this.calls.ask('space.scale', { kind }, 'project'));
  }

  async setScale(scale: Scale | null): Promise<void> {
    if (!scale) return;
    await this.edits.append({ kind: 'scale-set', ...scale, runId: this.run.shown?.id ?? null });
    if (this.picking === 'scale') this.begin(null);
  }

  async ask(text: string, threshold: number): Promise<void> {
    if (text.trim() === '') return this.forget();
    this.question = text;
    this.asked = { text, threshold };
    this.busy = true;
    this.problem = null;
    // The answer is what is looked at now.
    if (await this.readAnswer()) this.selectedId = null;
  }

  /** The question that is answered, once more: the splats, the scale or the up direction have changed. */
  async refresh(): Promise<void> {
    if (this.answer || this.problem) await this.readAnswer();
  }

  /** @returns false when a newer question was asked meanwhile */
  private async readAnswer(): Promise<boolean> {
    const turn = ++this.turn;
    const result = await this.calls.api.invoke('space.answer', this.asked);
    if (turn !== this.turn) return false;
    this.busy = false;
    this.answer = result.ok ? result.value : null;
    this.problem = result.ok ? null : result.error;
    return true;
  }

  /** No question, no answer. */
  forget(): void {
    this.turn++;
    this.answer = null;
    this.problem = null;
    this.busy = false;
  }

  reset(): void {
    this.begin(null);
    this.selectedId = null;
    this.question = '';
    this.forget();
  }

  private nameFor(kind: string): string {
    const taken = new Set(this.edits.scene.measures.map(({ name }) => name));
    let n = 1;
    while (taken.has(`${kind} ${n}`)) n++;
    return `${kind} ${n}`;
  }
}

const worldPlace = ({ pointInWorld, precision }: Picked) => ({ kind: 'world' as const, pointInWorld, precision });
