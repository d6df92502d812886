// All splats of the scene, drawn by Spark: one mesh a frame, so that a refined pose moves it, loaded one after the other.

import type { SparkRenderer } from '@sparkjsdev/spark';
import { Group, Vector3, type Camera, type Scene, type WebGLRenderer } from 'three';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import { decodeGaussianChunk, type GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import type { RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId, GaussianChunk } from '../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../projects/format/sim3.ts';
import { matrixOf } from './axes.ts';
import type { PlacedFrame } from './point-layer.ts';
import { drawInBatches } from './splat-batches.ts';
import { SplatCloud, type Spark } from './splat-cloud.ts';
import type { SplatPaint } from './splat-colours.ts';
import { detailShares, sizesInView } from './splat-detail.ts';

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
  /** Spark has sorted anew: the same scene is to be drawn once more. */
  onSorted(): void;
  onFailed(reason: string): void;
}

export class SplatLayer {
  /** In world axes. */
  readonly group = new Group();
  /** Belongs at the top of the scene: Spark draws the meshes of all groups from here at once, sorted together. */
  readonly top = new Group();
  /** Spark is most of the page's code: it is read when splats are first looked at, so that points show at once. */
  private spark: { code: Spark; renderer: SparkRenderer } | null = null;
  private readonly options: SplatLayerOptions;
  private readonly loaded = new Map<ChunkId, SplatCloud>();
  private readonly failed = new Set<ChunkId>();
  private frames: ReadonlyMap<FrameId, PlacedFrame> = new Map();
  private chunks: readonly GaussianChunk[] = [];
  private deleted: ReadonlyMap<FrameId, readonly FrameBox[]> = new Map();
  private gone: ReadonlyMap<ChunkId, RowBits> = new Map();
  private selected: ReadonlyMap<ChunkId, RowBits> = new Map();
  private selectedColor: Vec3 = [255, 255, 255];
  private paint: SplatPaint = { mode: 'photo' };
  private ground: Vec3 = [0, 0, 0];
  private showBacks = false;
  private loading = false;
  private held = false;
  private disposed = false;

  constructor(options: SplatLayerOptions) {
    this.options = options;
    this.top.visible = false;
    this.group.visible = false;
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
    for (const cloud of this.loaded.values()) cloud.hideBacks(!show);
    this.options.onChange();
  }

  setPaint(paint: SplatPaint): void {
    this.paint = paint;
    this.repaint();
  }

  /** @param color behind the scene, sRGB 0…255 */
  setGround(color: Vec3): void {
    if (color.every((value, k) => value === this.ground[k])) return;
    this.ground = color;
    this.repaint();
  }

  /** Splats of visible frames: how many there are, and how many of them are drawn. */
  get counts(): { drawn: number; available: number } {
    let [drawn, available] = [0, 0];
    for (const cloud of this.loaded.values()) {
      if (!cloud.mesh.visible) continue;
      drawn += cloud.drawn;
      available += cloud.columns.count;
    }
    return { drawn, available };
  }

  /** True when what is drawn is what was last asked for: Spark sorts beside the page, and shows a new sample when it is sorted. */
  get isUpToDate(): boolean {
    const renderer = this.spark?.renderer;
    return !renderer || renderer.display.mappingVersion === renderer.current.mappingVersion;
  }

  /**
   * Chooses what is drawn of every chunk, for one drawn frame.
   * @param pixelsPerUnit of a length of 1 at distance 1, in parallel projection anywhere
   */
  prepare(camera: Camera, pixelsPerUnit: number, budget: number, isMoving: boolean): void {
    if (!this.group.visible) return;
    const clouds = [...this.loaded.values()].filter(({ mesh }) => mesh.visible);
    const isParallel = camera.projectionMatrix.elements[15] === 1;
    const clipFromDisplay = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse);
    const chunks = clouds.map(({ columns, chunk }) => {
      const worldFromCamera = this.frames.get(chunk.frameId)?.frame.worldFromCamera;
      if (!worldFromCamera) return { count: columns.count, squares: new Float64Array(0) };
      const displayFromChunk = this.group.matrixWorld.clone().multiply(matrixOf(worldFromCamera));
      const squares = sizesInView(columns, {
        clipFromChunk: clipFromDisplay.clone().multiply(displayFromChunk),
        eyeInChunk: isParallel
          ? null
          : new Vector3().setFromMatrixPosition(camera.matrixWorld).applyMatrix4(displayFromChunk.invert()),
        pixelsPerUnit: isParallel ? pixelsPerUnit * worldFromCamera.scale : pixelsPerUnit,
      });
      return { count: columns.count, squares };
    });
    detailShares(chunks, budget, isMoving).forEach((share, i) => clouds[i].show(share));
  }

  /** Shows all splats, and resolves when their order of drawing fits a camera, or after some seconds of waiting for it. */
  async sortedFor(scene: Scene, camera: Camera): Promise<void> {
    const renderer = this.spark?.renderer;
    if (!renderer) return;
    for (const cloud of this.loaded.values()) cloud.show(1);
    const endMs = performance.now() + 20_000;
    const sorted = async (): Promise<void> => {
      while ((renderer.sorting || renderer.sortDirty) && performance.now() < endMs)
        await new Promise((resolve) => setTimeout(resolve, 4));
    };
    // While Spark sorts it takes no other number of splats.
    await sorted();
    await renderer.update({ scene, camera });
    await sorted();
  }

  dispose(): void {
    this.disposed = true;
    for (const id of [...this.loaded.keys()]) this.drop(id);
    this.spark?.renderer.dispose();
  }

  private repaint(): void {
    for (const cloud of this.loaded.values()) this.colour(cloud);
    this.options.onChange();
  }

  private colour(cloud: SplatCloud): void {
    const { id, frameId } = cloud.chunk;
    cloud.colour({
      paint: this.paint,
      ground: this.ground,
      worldFromCamera: this.frames.get(frameId)?.frame.worldFromCamera ?? null,
      deletedBoxes: this.deleted.get(frameId) ?? [],
      gone: this.gone.get(id) ?? null,
      selected: this.selected.get(id) ?? null,
      selectedColor: this.selectedColor,
    });
  }

  private place(cloud: SplatCloud): void {
    const placed = this.frames.get(cloud.chunk.frameId);
    cloud.place(placed?.frame.worldFromCamera ?? null, placed?.visible === true);
  }

  /** Fetches what is wanted, one chunk at a time. Nothing is fetched before splats are looked at. */
  private async load(): Promise<void> {
    if (this.loading || !this.isWanted) return;
    this.loading = true;
    try {
      for (;;) {
        const next = this.chunks.find(
          ({ id, fileId }) => this.loaded.get(id)?.chunk.fileId !== fileId && !this.failed.has(fileId),
        );
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
      onDirty: this.options.onSorted,
    });
    drawInBatches(renderer);
    if (this.disposed) renderer.dispose();
    else this.top.add(renderer);
    this.spark = { code, renderer };
    return code;
  }

  private async loadOne(chunk: GaussianChunk, code: Spark): Promise<void> {
    try {
      const response = await fetch(this.options.urlOf(chunk.fileId));
      if (!response.ok) throw new Error(`the studio answered ${response.status}`);
      const columns = decodeGaussianChunk(new Uint8Array(await response.arrayBuffer()));
      const cloud = await SplatCloud.make(chunk, columns, code);
      if (this.disposed || !this.chunks.some(({ fileId }) => fileId === chunk.fileId)) return cloud.dispose();
      // What was polished is shown as it was until its file is here.
      this.drop(chunk.id);
      this.loaded.set(chunk.id, cloud);
      this.place(cloud);
      cloud.hideBacks(!this.showBacks);
      this.colour(cloud);
      this.group.add(cloud.mesh);
      this.options.onChange();
    } catch (error) {
      this.failed.add(chunk.fileId);
      this.options.onFailed(error instanceof Error ? error.message : String(error));
    }
  }

  private drop(id: ChunkId): void {
    this.loaded.get(id)?.dispose();
    this.loaded.delete(id);
  }
}
