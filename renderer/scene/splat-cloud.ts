// The splats of one chunk as a Spark mesh: where they stand, in what colours, and how many of them are drawn.

import type { SplatMesh } from '@sparkjsdev/spark';
import { deletionTest } from '../../projects/format/edits.ts';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import type { RowBits } from '../../projects/format/row-set.ts';
import type { GaussianChunk } from '../../projects/format/scene.ts';
import { identitySim3, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import { markRows, paintSplats, type SplatPaint } from './splat-colours.ts';
import { steppedShare } from './splat-detail.ts';
import { spreadOrder } from './splat-order.ts';
import { packSplats } from './splat-packing.ts';
import { SplatShading } from './splat-shading.ts';

export type Spark = typeof import('@sparkjsdev/spark');

/** What the rows of a chunk shall look like. */
export interface SplatLook {
  paint: SplatPaint;
  /** Behind the scene, sRGB 0…255. */
  ground: Vec3;
  worldFromCamera: Sim3 | null;
  deletedBoxes: readonly FrameBox[];
  gone: RowBits | null;
  selected: RowBits | null;
  selectedColor: Vec3;
}

export class SplatCloud {
  readonly chunk: GaussianChunk;
  readonly columns: GaussianColumns;
  readonly mesh: SplatMesh;
  /** Row of the columns at each place of the mesh. */
  private readonly order: Uint32Array;
  private readonly spark: Spark;
  private readonly shading: SplatShading;
  private share = 1;

  private constructor(
    chunk: GaussianChunk,
    columns: GaussianColumns,
    order: Uint32Array,
    mesh: SplatMesh,
    spark: Spark,
  ) {
    this.chunk = chunk;
    this.columns = columns;
    this.order = order;
    this.mesh = mesh;
    this.spark = spark;
    this.shading = new SplatShading(mesh, spark.dyno);
  }

  static async make(chunk: GaussianChunk, columns: GaussianColumns, spark: Spark): Promise<SplatCloud> {
    const order = spreadOrder(columns);
    const packedSplats = await packSplats(columns, order, new spark.PackedSplats({ maxSplats: columns.count }));
    return new SplatCloud(chunk, columns, order, new spark.SplatMesh({ packedSplats }), spark);
  }

  /** Splats that are drawn of it. */
  get drawn(): number {
    return Math.ceil(this.columns.count * this.share);
  }

  /** @param wanted share of the splats, 0…1: about that many are drawn, spread evenly */
  show(wanted: number): void {
    const share = steppedShare(wanted, this.share);
    if (share === this.share || !this.mesh.packedSplats) return;
    this.share = share;
    this.mesh.packedSplats.numSplats = this.drawn;
    this.shading.widenFor(share);
  }

  hideBacks(hide: boolean): void {
    this.shading.hideBacks(hide);
  }

  /** @param worldFromCamera null leaves it where it was */
  place(worldFromCamera: Sim3 | null, visible: boolean): void {
    this.mesh.visible = visible;
    if (!worldFromCamera) return;
    this.mesh.position.set(...worldFromCamera.translation);
    this.mesh.quaternion.set(...worldFromCamera.rotation);
    this.mesh.scale.setScalar(worldFromCamera.scale);
  }

  colour({ paint, ground, worldFromCamera, deletedBoxes, gone, selected, selectedColor }: SplatLook): void {
    const { columns, mesh, chunk } = this;
    const isDeleted = deletedBoxes.length > 0 ? deletionTest(deletedBoxes) : null;
    let rgba = paintSplats(columns, paint, ground, chunk.id, worldFromCamera ?? identitySim3, isDeleted);
    if (gone || selected) {
      rgba ??= columns.colors.slice(0, 4 * columns.count);
      markRows(rgba, gone, selected, selectedColor);
    }
    if (rgba !== null) rgba = this.inOrder(rgba);
    if (rgba === null) {
      if (mesh.splatRgba === null) return;
      mesh.splatRgba.dispose();
      mesh.splatRgba = null;
      mesh.updateGenerator();
    } else if (mesh.splatRgba === null) {
      mesh.splatRgba = new this.spark.RgbaArray({ array: rgba, count: columns.count });
      mesh.updateGenerator();
    } else {
      mesh.splatRgba.ensureCapacity(columns.count).set(rgba);
      mesh.splatRgba.needsUpdate = true;
    }
    mesh.updateVersion();
  }

  /** Four bytes a row, as they stand in the mesh. */
  private inOrder(rgba: Uint8Array): Uint8Array {
    const rows = new Uint32Array(rgba.buffer, rgba.byteOffset, this.columns.count);
    const places = new Uint32Array(rows.length);
    for (let place = 0; place < places.length; place++) places[place] = rows[this.order[place]];
    return new Uint8Array(places.buffer);
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.splatRgba?.dispose();
    this.mesh.dispose();
  }
}
