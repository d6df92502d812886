// All points of the scene: which chunks are wanted, where their frames stand, how many of their points are drawn and in what colour.

import { Group, Matrix3, Vector3, type Matrix4, type ShaderMaterial } from 'three';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId, Frame, FrameId, Photo, PointChunk } from '../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../projects/format/sim3.ts';
import { matrixOf } from './axes.ts';
import { ChunkLoader } from './chunk-loader.ts';
import { packBoxes, type BoxRange } from './deletion-texture.ts';
import { openingChunks } from './opening-view.ts';
import { RowTextures } from './row-textures.ts';
import { pointsPerSlice, type PackedChunk } from './packed-points.ts';
import { PointCloud } from './point-cloud.ts';
import { colourSources, createPointMaterial, type ColourSource, type PointUniforms } from './point-material.ts';

/** Points kept on the GPU at most, over all chunks: about half a gigabyte. */
const mostResident = 24_000_000;
/** Slices that one drawn frame uploads at most: 2.6 MB, a few milliseconds. */
const uploadsPerFrame = 4;

export interface PlacedFrame {
  frame: Frame;
  /** Of its photo. */
  gps: Photo['gps'];
  visible: boolean;
  /** 0…1: place in input order. */
  share: number;
}

/** How a chunk is seen that is not simply seen where its frame stands. */
export interface ChunkLook {
  visible: boolean;
  /** null: the pose of its frame. */
  worldFromCamera: Sim3 | null;
  /** Beside other points of the same surfaces: in a colour that tells them apart. */
  tinted: boolean;
}

export interface PointStyle {
  source: ColourSource;
  ramp: readonly (readonly [number, number, number])[];
  sizeFactor: number;
  minConfidence: number;
  showInferred: boolean;
  showBacks: boolean;
}

export class PointLayer {
  readonly group = new Group();
  readonly uniforms: PointUniforms;
  private readonly material: ShaderMaterial;
  private readonly loader: ChunkLoader;
  private readonly clouds = new Map<ChunkId, PointCloud>();
  private readonly failed = new Set<ChunkId>();
  private frames: ReadonlyMap<FrameId, PlacedFrame> = new Map();
  private chunks: ReadonlyMap<ChunkId, PointChunk> = new Map();
  private openingIds: readonly ChunkId[] | null = null;
  private looks: ReadonlyMap<ChunkId, ChunkLook> = new Map();
  private boxRanges: ReadonlyMap<FrameId, BoxRange> = new Map();
  private readonly gone = new RowTextures();
  private readonly chosen = new RowTextures();
  private readonly eyeInWorld = new Vector3();
  private readonly onChange: () => void;

  constructor(urlOf: (id: ChunkId) => string, onChange: () => void, onFailed: (reason: string) => void) {
    ({ material: this.material, uniforms: this.uniforms } = createPointMaterial());
    this.onChange = onChange;
    this.group.matrixAutoUpdate = false;
    this.loader = new ChunkLoader({
      urlOf,
      next: (underWay) => this.mostWanted(underWay),
      onLoaded: (id, packed) => this.addCloud(id, packed),
      onFailed: (id, reason) => {
        this.failed.add(id);
        onFailed(reason);
      },
    });
  }

  setFrames(frames: readonly PlacedFrame[]): void {
    this.frames = new Map(frames.map((placed) => [placed.frame.id, placed]));
    this.openingIds = null;
    for (const cloud of this.clouds.values()) this.placeCloud(cloud);
    this.loader.pump();
    this.onChange();
  }

  setChunks(chunks: readonly PointChunk[]): void {
    this.chunks = new Map(chunks.map((chunk) => [chunk.id, chunk]));
    this.openingIds = null;
    for (const [id, cloud] of this.clouds)
      // A preview stays until its final chunk is here, so that nothing blinks.
      if (!this.chunks.has(id) && !this.isBeingReplaced(cloud)) this.drop(id);
    this.loader.pump();
    this.onChange();
  }

  setLooks(looks: ReadonlyMap<ChunkId, ChunkLook>): void {
    this.looks = looks;
    this.openingIds = null;
    for (const cloud of this.clouds.values()) this.placeCloud(cloud);
    this.loader.pump();
    this.onChange();
  }

  setDeleted(boxesOf: ReadonlyMap<FrameId, readonly FrameBox[]>): void {
    const { texture, ranges } = packBoxes(boxesOf);
    this.uniforms.uBoxes.value.dispose();
    this.uniforms.uBoxes.value = texture;
    this.boxRanges = ranges;
    this.onChange();
  }

  /** Rows of point chunks that edits have taken away. */
  setGone(goneRows: ReadonlyMap<ChunkId, RowBits>): void {
    this.gone.set(goneRows);
    this.onChange();
  }

  /** Points that glow. @param color sRGB 0…255 */
  setSelected(rows: ReadonlyMap<ChunkId, RowBits>, color: Vec3): void {
    this.chosen.set(rows);
    this.uniforms.uChosenColor.value.set(...color).divideScalar(255);
    this.onChange();
  }

  setStyle(style: PointStyle): void {
    this.uniforms.uSource.value = colourSources.indexOf(style.source);
    style.ramp.forEach((stop, idx) => this.uniforms.uRamp.value[idx].set(...stop));
    this.uniforms.uSizeFactor.value = style.sizeFactor;
    this.uniforms.uMinConfidence.value = style.minConfidence;
    this.uniforms.uInferred.value = style.showInferred ? 1 : 0;
    this.uniforms.uBacks.value = style.showBacks ? 1 : 0;
    this.onChange();
  }

  /** Points of visible frames that could be drawn now. */
  get available(): number {
    let sum = 0;
    for (const cloud of this.visibleClouds()) sum += cloud.available;
    return sum;
  }

  /**
   * Prepares one drawn frame: draws the same share of every visible chunk, and uploads what is missing for that as time allows.
   * @param budget points in all
   * @returns points shown, and whether more uploads wait
   */
  prepare(budget: number, eyeInWorld: Vector3): { shown: number; more: boolean } {
    const share = Math.min(1, budget / Math.max(1, this.available));
    this.eyeInWorld.copy(eyeInWorld);
    let shown = 0;
    let more = false;
    let uploads = 0;
    for (const cloud of this.clouds.values()) {
      cloud.group.visible = this.isVisible(cloud.chunk);
      if (!cloud.group.visible) continue;
      const count = Math.ceil(cloud.available * share);
      let waits = cloud.show(count);
      while (waits && uploads < uploadsPerFrame) {
        cloud.uploadNext();
        waits = cloud.show(count);
        uploads++;
      }
      more ||= waits;
      shown += Math.min(count, cloud.uploaded);
    }
    return { shown, more };
  }

  *visibleClouds(): Generator<PointCloud> {
    for (const cloud of this.clouds.values()) if (this.isVisible(cloud.chunk)) yield cloud;
  }

  /** Those by which a new scene is judged; null while one of them is on its way. */
  openingClouds(): PointCloud[] | null {
    const wanted = this.opening();
    if (wanted.some((id) => !this.clouds.has(id) && !this.failed.has(id))) return null;
    return wanted.flatMap((id) => this.clouds.get(id) ?? []);
  }

  private opening(): readonly ChunkId[] {
    this.openingIds ??= openingChunks(
      [...this.chunks.values()].flatMap((chunk) => {
        const placed = this.frames.get(chunk.frameId);
        return placed && this.isVisible(chunk) ? { id: chunk.id, share: placed.share } : [];
      }),
    );
    return this.openingIds;
  }

  private isVisible({ id, frameId }: PointChunk): boolean {
    return this.frames.get(frameId)?.visible === true && this.looks.get(id)?.visible !== false;
  }

  /** After the graphics context was lost and came back: everything is fetched again. */
  reload(): void {
    for (const id of [...this.clouds.keys()]) this.drop(id);
    this.failed.clear();
    this.loader.pump();
  }

  dispose(): void {
    this.loader.dispose();
    for (const id of [...this.clouds.keys()]) this.drop(id);
    this.material.dispose();
    this.uniforms.uBoxes.value.dispose();
    this.gone.dispose();
    this.chosen.dispose();
  }

  private readonly beforeDraw = (cloud: PointCloud, drawShare: number, firstRow: number): void => {
    const placed = this.frames.get(cloud.chunk.frameId);
    const { frame } = placed ?? {};
    const { uniforms } = this;
    const boxes = this.boxRanges.get(cloud.chunk.frameId);
    uniforms.uBoxFrom.value = boxes?.from ?? 0;
    uniforms.uBoxCount.value = boxes?.count ?? 0;
    const gone = this.gone.of(cloud.chunk.id);
    uniforms.uGone.value = gone.texture;
    uniforms.uGoneCount.value = gone.count;
    const chosen = this.chosen.of(cloud.chunk.id);
    uniforms.uChosen.value = chosen.texture;
    uniforms.uChosenCount.value = chosen.count;
    uniforms.uFirstRow.value = firstRow;
    uniforms.uTinted.value = this.looks.get(cloud.chunk.id)?.tinted ? 1 : 0;
    uniforms.uFrameShare.value = placed?.share ?? 0;
    const camera = frame?.intrinsics;
    // Width of one grid cell at depth 1: a point of that size just closes the surface it was seen on.
    const footprint = camera ? camera.widthPx / (cloud.gridWidthPx || camera.widthPx) / camera.fxPx : 0.003;
    // A preview holds single features, not surfaces: closing the gaps between them would only hide what is there.
    uniforms.uFootprint.value = cloud.chunk.kind === 'preview' ? footprint * 0.5 : footprint;
    uniforms.uSpread.value = 1 / Math.sqrt(Math.max(0.02, drawShare));
    uniforms.uDisplayFromCamera.value.copy(rotationOf(cloud.group.matrixWorld));
    this.material.uniformsNeedUpdate = true;
  };

  private addCloud(id: ChunkId, packed: PackedChunk): void {
    const chunk = this.chunks.get(id);
    if (!chunk) return;
    for (const [otherId, other] of this.clouds)
      if (other.chunk.frameId === chunk.frameId && !this.chunks.has(otherId)) this.drop(otherId);
    const cloud = new PointCloud(chunk, packed, this.material, this.beforeDraw);
    this.clouds.set(id, cloud);
    this.placeCloud(cloud);
    this.group.add(cloud.group);
    const keep = this.keepPerChunk();
    for (const each of this.clouds.values()) each.trim(keep);
    this.onChange();
  }

  private placeCloud(cloud: PointCloud): void {
    const { id, frameId } = cloud.chunk;
    const pose = this.looks.get(id)?.worldFromCamera ?? this.frames.get(frameId)?.frame.worldFromCamera;
    if (!pose) return;
    matrixOf(pose, cloud.group.matrix);
    cloud.group.matrixWorldNeedsUpdate = true;
  }

  private keepPerChunk(): number {
    return Math.max(pointsPerSlice, mostResident / Math.max(1, this.chunks.size));
  }

  private isBeingReplaced({ chunk }: PointCloud): boolean {
    for (const other of this.chunks.values())
      if (other.frameId === chunk.frameId && !this.clouds.has(other.id) && !this.failed.has(other.id)) return true;
    return false;
  }

  /** What a scene is judged by first, then visible frames, then the nearest to the eye. */
  private mostWanted(underWay: ReadonlySet<ChunkId>): { id: ChunkId; keep: number } | null {
    const opening = new Set(this.opening());
    let best: ChunkId | null = null;
    let bestCost = Infinity;
    for (const chunk of this.chunks.values()) {
      const { id, frameId } = chunk;
      if (this.clouds.has(id) || underWay.has(id) || this.failed.has(id)) continue;
      const placed = this.frames.get(frameId);
      const at = placed?.frame.worldFromCamera?.translation;
      if (!placed || !at) continue;
      const distance = Math.hypot(at[0] - this.eyeInWorld.x, at[1] - this.eyeInWorld.y, at[2] - this.eyeInWorld.z);
      const cost = distance + (this.isVisible(chunk) ? (opening.has(id) ? -1e9 : 0) : 1e9);
      if (cost < bestCost) [best, bestCost] = [id, cost];
    }
    return best === null ? null : { id: best, keep: this.keepPerChunk() };
  }

  private drop(id: ChunkId): void {
    this.clouds.get(id)?.dispose();
    this.clouds.delete(id);
  }
}

const rotation = new Matrix3();
function rotationOf(matrix: Matrix4): Matrix3 {
  rotation.setFromMatrix4(matrix);
  const scale = Math.hypot(rotation.elements[0], rotation.elements[1], rotation.elements[2]) || 1;
  return rotation.multiplyScalar(1 / scale);
}
