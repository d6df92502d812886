// All splats of the scene, drawn by Spark: one mesh a frame, so that a refined pose moves it, loaded one after the other.

import { PackedSplats, RgbaArray, SparkRenderer, SplatMesh } from '@sparkjsdev/spark';
import { Color, Group, Quaternion, Vector3, type Camera, type Scene, type WebGLRenderer } from 'three';
import { deletionTest, type FrameBox } from '../../projects/format/edits.ts';
import { decodeGaussianChunk, type GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import { hasRow, type RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId, GaussianChunk } from '../../projects/format/scene.ts';
import { identitySim3, inverse, transformPoint, type Vec3 } from '../../projects/format/sim3.ts';
import { hideBacks } from './hide-backs.ts';
import type { PlacedFrame } from './point-layer.ts';
import { markRows, paintSplats, type SplatPaint } from './splat-colours.ts';

interface LoadedSplats {
  chunk: GaussianChunk;
  columns: GaussianColumns;
  mesh: SplatMesh;
}

export interface SplatLayerOptions {
  renderer: WebGLRenderer;
  urlOf(id: ChunkId): string;
  onChange(): void;
  onFailed(reason: string): void;
}

/** Splats packed in one go before the page gets a turn: about 8 ms. */
const splatsPerSlice = 12_000;

export class SplatLayer {
  /** In world axes. */
  readonly group = new Group();
  /** Belongs at the top of the scene: it draws the meshes of all groups at once, sorted together. */
  readonly spark: SparkRenderer;
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
  private disposed = false;

  constructor(options: SplatLayerOptions) {
    this.options = options;
    this.spark = new SparkRenderer({ renderer: options.renderer, onDirty: options.onChange });
    this.spark.visible = false;
    this.group.visible = false;
  }

  get count(): number {
    let sum = 0;
    for (const { columns } of this.loaded.values()) sum += columns.count;
    return sum;
  }

  setVisible(visible: boolean): void {
    this.group.visible = visible;
    this.spark.visible = visible;
    void this.load();
    this.options.onChange();
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

  setBacks(show: boolean): void {
    this.showBacks = show;
    for (const { mesh } of this.loaded.values()) hideBacks(mesh, !show);
    this.options.onChange();
  }

  setPaint(paint: SplatPaint): void {
    this.paint = paint;
    this.repaint();
  }

  /** Resolves when the order of drawing fits a camera, or after a second of waiting for it. */
  async sortedFor(scene: Scene, camera: Camera): Promise<void> {
    const endMs = performance.now() + 1000;
    await this.spark.update({ scene, camera });
    while ((this.spark.sorting || this.spark.sortDirty) && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, 4));
  }

  /** The loaded, visible splat nearest to a point in world axes. */
  nearestTo(pointInWorld: Vec3): { frameId: FrameId; splatIdx: number } | null {
    let best: { frameId: FrameId; splatIdx: number } | null = null;
    let bestSquare = Infinity;
    for (const { chunk, columns } of this.loaded.values()) {
      const placed = this.frames.get(chunk.frameId);
      if (!placed?.visible || !placed.frame.worldFromCamera) continue;
      const { scale } = placed.frame.worldFromCamera;
      const [x, y, z] = transformPoint(inverse(placed.frame.worldFromCamera), pointInWorld);
      const { means, count } = columns;
      const gone = this.gone.get(chunk.id);
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
    this.spark.dispose();
  }

  private repaint(): void {
    for (const each of this.loaded.values()) this.colour(each);
    this.options.onChange();
  }

  private colour({ chunk, columns, mesh }: LoadedSplats): void {
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
      mesh.splatRgba = new RgbaArray({ array: rgba, count: columns.count });
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
    if (this.loading || !this.group.visible) return;
    this.loading = true;
    try {
      for (;;) {
        const next = this.chunks.find(({ id }) => !this.loaded.has(id) && !this.failed.has(id));
        if (!next || this.disposed || !this.group.visible) return;
        await this.loadOne(next);
      }
    } finally {
      this.loading = false;
    }
  }

  private async loadOne(chunk: GaussianChunk): Promise<void> {
    try {
      const response = await fetch(this.options.urlOf(chunk.id));
      if (!response.ok) throw new Error(`the studio answered ${response.status}`);
      const columns = decodeGaussianChunk(new Uint8Array(await response.arrayBuffer()));
      const mesh = new SplatMesh({ packedSplats: await packed(columns) });
      if (this.disposed || !this.chunks.some(({ id }) => id === chunk.id)) return mesh.dispose();
      const each = { chunk, columns, mesh };
      this.loaded.set(chunk.id, each);
      this.place(each);
      if (!this.showBacks) hideBacks(mesh, true);
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

/** Spark's 16 bytes a splat, packed in slices so that the page stays responsive. */
async function packed({ count, means, logScales, rotations, colors }: GaussianColumns): Promise<PackedSplats> {
  const splats = new PackedSplats({ maxSplats: count });
  await splats.initialized;
  const [center, scales, quaternion, color] = [new Vector3(), new Vector3(), new Quaternion(), new Color()];
  for (let i = 0; i < count; i++) {
    center.fromArray(means, 3 * i);
    scales.set(Math.exp(logScales[3 * i]), Math.exp(logScales[3 * i + 1]), Math.exp(logScales[3 * i + 2]));
    quaternion.set(rotations[4 * i], rotations[4 * i + 1], rotations[4 * i + 2], rotations[4 * i + 3]).normalize();
    color.setRGB(colors[4 * i] / 255, colors[4 * i + 1] / 255, colors[4 * i + 2] / 255);
    splats.pushSplat(center, scales, quaternion, colors[4 * i + 3] / 255, color);
    if (i % splatsPerSlice === splatsPerSlice - 1) await new Promise((resolve) => setTimeout(resolve));
  }
  return splats;
}
