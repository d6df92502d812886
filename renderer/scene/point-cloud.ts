// The loaded slices of one chunk as three.js objects: a prefix of them is drawn, new ones wait until the frame has time for their upload.

import { Box3, BufferAttribute, BufferGeometry, Group, Points, Sphere, Vector3, type ShaderMaterial } from 'three';
import type { PointChunk } from '../../projects/format/scene.ts';
import { pointsPerSlice, type PackedChunk, type PackedSlice } from './packed-points.ts';

/** @param firstRow row of the chunk at which the slice that is drawn begins */
export type BeforeDraw = (cloud: PointCloud, drawShare: number, firstRow: number) => void;

export class PointCloud {
  readonly chunk: PointChunk;
  readonly group = new Group();
  readonly sample: Float32Array;
  readonly gridWidthPx: number;
  private readonly sphere: Sphere;
  private shown = 0;
  private waiting: PackedChunk['slices'];
  private readonly slices: { points: Points; count: number }[] = [];
  private readonly material: ShaderMaterial;
  private readonly beforeDraw: BeforeDraw;

  constructor(chunk: PointChunk, packed: PackedChunk, material: ShaderMaterial, beforeDraw: BeforeDraw) {
    this.chunk = chunk;
    const { min, max } = chunk.bounds;
    this.sphere = new Box3(new Vector3(...min), new Vector3(...max)).getBoundingSphere(new Sphere());
    this.sample = packed.sample;
    this.gridWidthPx = packed.gridWidthPx;
    this.waiting = packed.slices;
    this.material = material;
    this.beforeDraw = beforeDraw;
    this.group.matrixAutoUpdate = false;
  }

  /** Points that could be drawn: in memory here or on the GPU. */
  get available(): number {
    return this.uploaded + this.waiting.reduce((sum, { count }) => sum + count, 0);
  }

  get uploaded(): number {
    return this.slices.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * Shows the first so many points as far as they are on the GPU.
   * @returns true when a slice that should be shown still waits for its upload
   */
  show(count: number): boolean {
    this.shown = count;
    this.slices.forEach(({ points, count: inSlice }, idx) => {
      const shown = Math.max(0, Math.min(inSlice, count - idx * pointsPerSlice));
      points.visible = shown > 0;
      points.geometry.setDrawRange(0, shown);
    });
    return this.waiting.length > 0 && count > this.slices.length * pointsPerSlice;
  }

  /** Hands the next slice to three.js, which uploads it when it is next drawn. */
  uploadNext(): void {
    const slice = this.waiting.shift();
    if (!slice) return;
    const geometry = geometryOf(slice);
    // Known from the row: three.js would otherwise look for it in bytes that are gone.
    geometry.boundingSphere = this.sphere;
    const points = new Points(geometry, this.material);
    points.matrixAutoUpdate = false;
    const firstRow = this.slices.length * pointsPerSlice;
    points.onBeforeRender = () => this.beforeDraw(this, this.shown / Math.max(1, this.chunk.count), firstRow);
    this.group.add(points);
    this.slices.push({ points, count: slice.count });
  }

  /** Forgets slices behind the first so many points: many frames share the memory of a few. */
  trim(keep: number): void {
    const whole = Math.max(1, Math.ceil(keep / pointsPerSlice));
    this.waiting = this.waiting.slice(0, Math.max(0, whole - this.slices.length));
    for (const { points } of this.slices.splice(whole)) {
      this.group.remove(points);
      points.geometry.dispose();
    }
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const { points } of this.slices) points.geometry.dispose();
  }
}

function geometryOf({ positions, colors, extras }: PackedSlice): BufferGeometry {
  const geometry = new BufferGeometry();
  const attributes = {
    position: new BufferAttribute(positions, 3),
    color: new BufferAttribute(colors, 4, true),
    extra: new BufferAttribute(extras, 4, true),
  };
  for (const [name, attribute] of Object.entries(attributes)) {
    // Once on the GPU the bytes are not needed here; a lost context loads its chunks again.
    attribute.onUpload(() => (attribute.array = attribute.array.slice(0, 0)));
    geometry.setAttribute(name, attribute);
  }
  return geometry;
}
