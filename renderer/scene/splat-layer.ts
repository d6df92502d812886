// All splats of the scene, drawn by Spark: one mesh a frame, so that a refined pose moves it, loaded one after the other.

import type { SparkRenderer, SplatMesh } from '@sparkjsdev/spark';
import { Group, type Camera, type Scene, type WebGLRenderer } from 'three';
import { deletionTest } from '../../projects/format/edits.ts';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import { decodeGaussianChunk, type GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import { hasRow, type RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId, GaussianChunk } from '../../projects/format/scene.ts';
import { identitySim3, inverse, transformPoint, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import { hideBacks } from './hide-backs.ts';
import type { PlacedFrame } from './point-layer.ts';
import { drawInBatches } from './splat-batches.ts';
import { markRows, paintSplats, type SplatPaint } from './splat-colours.ts';
import { packSplats } from './splat-packing.ts';

interface LoadedSplats {
  chunk: GaussianChunk;
  columns: GaussianColumns;
  mesh: SplatMesh;
}

export interface VisibleSplats {
  chunk: GaussianChunk;
  columns: GaussianColumns;
  worldFromCamera: Sim3;
  gone: RowBits | null;
  deletedBoxes: readonly FrameBox[];
}

export interface SplatLayerOptions {
  renderer: WebGLRenderer;
  urlOf(id: ChunkId): string;
  onChange(): void;
  onFailed(reason: string): void;
}

/** Spark is most of the page's code: it is read when splats are first looked at, so that points show at once. */
type Spark = typeof import('@sparkjsdev/spark');

export class SplatLayer {
  /** In world axes. */
  readonly group = new Group();
  /** Belongs at the top of the scene: Spark draws the meshes of all groups from here at once, sorted together. */
  readonly top = new Group();
  private spark: { code: Spark; renderer: SparkRenderer } | null = null;
  private readonly options: SplatLayerOptions;
  private readonly loaded = new Map<ChunkId, LoadedSplats>();
  private readonly failed = new Set<ChunkId>();
  private frames: ReadonlyMap<FrameId, PlacedFrame> = new Map();
  private chunks: readonly GaussianChunk[] = [];
  private deleted: ReadonlyMap<FrameId, readonly FrameBox[]> = new Map();
  private gone: ReadonlyMap<ChunkId, RowBits> = new Map();
  private selected: ReadonlyMap<ChunkId, RowBits> = new Map();
  private selectedColor: Vec3 = [255, 255, 255];
  private paint: SplatPaint = { mode: 'photo' };
  private showBacks = false;
  private loading = false;
  private held = false;
  private disposed = false;

  constructor(options: SplatLayerOptions) {
    this.options = options;
    this.top.visible = false;
    this.group.visible = false;
  }

  get count(): number {
    let sum = 0;
    for (const { columns } of this.loaded.values()) sum += columns.count;
    return sum;
  }

  setVisible(visible: boolean): void {
    this.group.visible = visible;
    this.top.visible = visible;
    void this.load();
    this.options.onChange();
  }

  /** A tool works with splats although they are not shown. */
  setHeld(held: boolean): void {
    this.held = held;
    void this.load();
  }

  /** Loaded splats of visible frames, with what edits have taken away of them. */
  *visibleChunks(): Generator<VisibleSplats> {
    for (const { chunk, columns } of this.loaded.values()) {
      const placed = this.frames.get(chunk.frameId);
      const worldFromCamera = placed?.frame.worldFromCamera;
      if (!placed?.visible || !worldFromCamera) continue;
      const gone = this.gone.get(chunk.id) ?? null;
      yield { chunk, columns, worldFromCamera, gone, deletedBoxes: this.deleted.get(chunk.frameId) ?? [] };
    }
  }

  setFrames(frames: readonly PlacedFrame[]): void {
    this.frames = new Map(frames.map((placed) => [placed.frame.id, placed]));
    for (const each of this.loaded.values()) this.place(each);
    void this.load();
    this.options.onChange();
  }

  setChunks(chunks: readonly GaussianChunk[]): void {
    this.chunks = chunks;
    const wanted = new Set(chunks.map(({ id }) => id));
    for (const id of [...this.loaded.keys()]) if (!wanted.has(id)) this.drop(id);
    void this.load();
    this.options.onChange();
  }

  /** What edits have taken away is not drawn, and nothing for the pointer. */
  setEdits(boxesOf: ReadonlyMap<FrameId, readonly FrameBox[]>, goneRows: ReadonlyMap<ChunkId, RowBits>): void {
    this.deleted = boxesOf;
    this.gone = goneRows;
    this.repaint();
  }

  /** @param color sRGB 0…255 */
  setSelected(rows: ReadonlyMap<ChunkId, RowBits>, color: Vec3): void {
    if (rows.size === 0 && this.selected.size === 0) return;
    this.selected = rows;
    this.selectedColor = color;
    this.repaint();
  }

  get hidesBacks(): boolean {
    return !this.showBacks;
  }

  setBacks(show: boolean): void {
    this.showBacks = show;
    if (this.spark) for (const { mesh } of this.loaded.values()) hideBacks(mesh, !show, this.spark.code.dyno);
    this.options.onChange();
  }

  setPaint(paint: SplatPaint): void {
    this.paint = paint;
    this.repaint();
  }

  /** Resolves when the order of drawing fits a camera, or after a second of waiting for it. */
  async sortedFor(scene: Scene, camera: Camera): Promise<void> {
    const endMs = performance.now() + 1000;
    const renderer = this.spark?.renderer;
    if (!renderer) return;
    await renderer.update({ scene, camera });
    while ((renderer.sorting || renderer.sortDirty) && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, 4));
  }

  /** The loaded, visible splat nearest to a point in world axes. */
  nearestTo(pointInWorld: Vec3): { frameId: FrameId; splatIdx: number } | null {
    let best: { frameId: FrameId; splatIdx: number } | null = null;
    let bestSquare = Infinity;
    for (const { chunk, columns, worldFromCamera, gone } of this.visibleChunks()) {
      const { scale } = worldFromCamera;
      const [x, y, z] = transformPoint(inverse(worldFromCamera), pointInWorld);
      const { means, count } = columns;
      for (let i = 0; i < count; i++) {
        const square =
          ((means[3 * i] - x) ** 2 + (means[3 * i + 1] - y) ** 2 + (means[3 * i + 2] - z) ** 2) * scale ** 2;
        if (square >= bestSquare || (gone && hasRow(gone, i))) continue;
        bestSquare = square;
        best = { frameId: chunk.frameId, splatIdx: i };
      }
    }
    return best;
  }

  dispose(): void {
    this.disposed = true;
    for (const id of [...this.loaded.keys()]) this.drop(id);
    this.spark?.renderer.dispose();
  }

  private repaint(): void {
    for (const each of this.loaded.values()) this.colour(each);
    this.options.onChange();
  }

  private colour({ chunk, columns, mesh }: LoadedSplats): void {
    if (!this.spark) return;
    const boxes = this.deleted.get(chunk.frameId) ?? [];
    const pose = this.frames.get(chunk.frameId)?.frame.worldFromCamera ?? identitySim3;
    const gone = this.gone.get(chunk.id) ?? null;
    const selected = this.selected.get(chunk.id) ?? null;
    let rgba = paintSplats(columns, this.paint, chunk.id, pose, boxes.length > 0 ? deletionTest(boxes) : null);
    if (gone || selected) {
      rgba ??= columns.colors.slice(0, 4 * columns.count);
      markRows(rgba, gone, selected, this.selectedColor);
    }
    if (rgba === null) {
      if (mesh.splatRgba === null) return;
      mesh.splatRgba.dispose();
      mesh.splatRgba = null;
      mesh.updateGenerator();
    } else if (mesh.splatRgba === null) {
      mesh.splatRgba = new this.spark.code.RgbaArray({ array: rgba, count: columns.count });
      mesh.updateGenerator();
    } else {
      mesh.splatRgba.ensureCapacity(columns.count).set(rgba);
      mesh.splatRgba.needsUpdate = true;
    }
    mesh.updateVersion();
  }

  private place({ chunk, mesh }: LoadedSplats): void {
    const placed = this.frames.get(chunk.frameId);
    mesh.visible = placed?.visible === true;
    const pose = placed?.frame.worldFromCamera;
    if (!pose) return;
    mesh.position.set(...pose.translation);
    mesh.quaternion.set(...pose.rotation);
    mesh.scale.setScalar(pose.scale);
  }

  /** Fetches what is wanted, one chunk at a time. Nothing is fetched before splats are looked at. */
  private async load(): Promise<void> {
    if (this.loading || !this.isWanted) return;
    this.loading = true;
    try {
      for (;;) {
        const next = this.chunks.find(({ id }) => !this.loaded.has(id) && !this.failed.has(id));
        if (!next || this.disposed || !this.isWanted) return;
        await this.loadOne(next, await this.begin());
      }
    } finally {
      this.loading = false;
    }
  }

  private get isWanted(): boolean {
    return this.group.visible || this.held;
  }

  private async begin(): Promise<Spark> {
    if (this.spark) return this.spark.code;
    const code = await import('@sparkjsdev/spark');
    const renderer = new code.SparkRenderer({
      renderer: this.options.renderer,
      onDirty: this.options.onChange,
    });
    drawInBatches(renderer);
    if (this.disposed) renderer.dispose();
    else this.top.add(renderer);
    this.spark = { code, renderer };
    return code;
  }

  private async loadOne(chunk: GaussianChunk, code: Spark): Promise<void> {
    try {
      const response = await fetch(this.options.urlOf(chunk.id));
      if (!response.ok) throw new Error(`the studio answered ${response.status}`);
      const columns = decodeGaussianChunk(new Uint8Array(await response.arrayBuffer()));
      const packed = await packSplats(columns, new code.PackedSplats({ maxSplats: columns.count }));
      const mesh = new code.SplatMesh({ packedSplats: packed });
      if (this.disposed || !this.chunks.some(({ id }) => id === chunk.id)) return mesh.dispose();
      const each = { chunk, columns, mesh };
      this.loaded.set(chunk.id, each);
      this.place(each);
      if (!this.showBacks) hideBacks(mesh, true, code.dyno);
      this.colour(each);
      this.group.add(mesh);
      this.options.onChange();
    } catch (error) {
      this.failed.add(chunk.id);
      this.options.onFailed(error instanceof Error ? error.message : String(error));
    }
  }

  private drop(id: ChunkId): void {
    const each = this.loaded.get(id);
    if (!each) return;
    this.group.remove(each.mesh);
    each.mesh.splatRgba?.dispose();
    each.mesh.dispose();
    this.loaded.delete(id);
  }
}
