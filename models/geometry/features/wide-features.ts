// Features of a photo for wide baselines: those of the photo, and those of simulated views from the side, brought back to the photo.

import type { RgbImage } from '../../run/reconstructor.ts';
import { detectFeatures } from './detect-features.ts';
import { descriptorLength, type Features } from './features.ts';
import type { ScaleSpace } from './scale-space.ts';
import { tiltedView } from './tilted-view.ts';

/** What one view contributes: descriptors, and the feature of the photo that each describes. */
export interface ViewDescriptors {
  count: number;
  descriptors: Uint8Array;
  owner: Int32Array;
}

export interface WideFeatures {
  /** The photo's own features, in their order, then what only simulated views found; these have no descriptors here. */
  features: Features;
  /** The photo itself first. */
  views: ViewDescriptors[];
}

/** One tilt of two, from both photos of a pair, reaches relative tilts of about four: SIFT itself stands the rest. */
const tilt = 2;
/** Turns as in ASIFT: 72° over the tilt. */
const turns = [0, 36, 72, 108, 144].map((degrees) => (degrees * Math.PI) / 180);
const detection = { maxCount: 2500, threshold: 0.0067 };
/** Features of different views this close, as a share of the longer side, and of like size are one. */
const sameWithin = 0.003;

/** @param own features of the photo in this picture */
export async function detectWideFeatures(
  image: RgbImage,
  own: Features,
  scaleSpace: ScaleSpace,
): Promise<WideFeatures> {
  const pool = new FeaturePool(own);
  const { described } = own;
  const views: ViewDescriptors[] = [
    { count: described, descriptors: own.descriptors, owner: Int32Array.from({ length: described }, (_, i) => i) },
  ];
  for (const turn of turns) {
    const view = tiltedView(image, tilt, turn);
    const seen = await detectFeatures(view.image, scaleSpace, detection);
    const owner: number[] = [];
    const kept: number[] = [];
    for (let i = 0; i < seen.count; i++) {
      const [x, y] = view.photoFromView(seen.xPx[i], seen.yPx[i]);
      // The geometric mean of the blur along and across the compression.
      const scale = seen.scalePx[i] * Math.sqrt(tilt);
      const margin = 4 * scale;
      // Whatever reads pixels beyond the border describes the border.
      if (x < margin || y < margin || x > image.widthPx - margin || y > image.heightPx - margin) continue;
      owner.push(pool.featureAt(x, y, scale, seen, i));
      kept.push(i);
    }
    const descriptors = new Uint8Array(kept.length * descriptorLength);
    kept.forEach((i, k) => descriptors.set(descriptorAt(seen, i), k * descriptorLength));
    views.push({ count: kept.length, descriptors, owner: Int32Array.from(owner) });
  }
  return { features: pool.all(), views };
}

const descriptorAt = ({ descriptors }: Features, i: number): Uint8Array =>
  descriptors.subarray(i * descriptorLength, (i + 1) * descriptorLength);

/** Features of a photo that grow by those which are new. */
class FeaturePool {
  private readonly own: Features;
  private readonly x: number[];
  private readonly y: number[];
  private readonly scale: number[];
  private readonly colors: number[];
  private readonly cellPx: number;
  private readonly cells = new Map<number, number[]>();

  constructor(own: Features) {
    this.own = own;
    this.x = [...own.xPx];
    this.y = [...own.yPx];
    this.scale = [...own.scalePx];
    this.colors = [...own.colors];
    this.cellPx = sameWithin * Math.max(own.widthPx, own.heightPx);
    for (let i = 0; i < own.count; i++) this.note(i);
  }

  /** The feature there, or a new one. */
  featureAt(x: number, y: number, scale: number, seen: Features, i: number): number {
    let best = -1;
    let nearest = this.cellPx;
    const column = Math.floor(x / this.cellPx);
    const row = Math.floor(y / this.cellPx);
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        for (const other of this.cells.get(this.cellOf(c, r)) ?? []) {
          const distance = Math.hypot(this.x[other] - x, this.y[other] - y);
          const ratio = this.scale[other] / scale;
          if (distance > nearest || ratio > 2 || ratio < 0.5) continue;
          nearest = distance;
          best = other;
        }
      }
    }
    if (best >= 0) return best;
    this.x.push(x);
    this.y.push(y);
    this.scale.push(scale);
    this.colors.push(...seen.colors.subarray(3 * i, 3 * i + 3));
    this.note(this.x.length - 1);
    return this.x.length - 1;
  }

  all(): Features {
    const { own, colors } = this;
    const count = this.x.length;
    return {
      ...own,
      ...{ count, xPx: Float32Array.from(this.x), yPx: Float32Array.from(this.y) },
      ...{ scalePx: Float32Array.from(this.scale), colors: Uint8Array.from(colors) },
    };
  }

  private note(i: number): void {
    const cell = this.cellOf(Math.floor(this.x[i] / this.cellPx), Math.floor(this.y[i] / this.cellPx));
    const known = this.cells.get(cell);
    if (known) known.push(i);
    else this.cells.set(cell, [i]);
  }

  private cellOf(column: number, row: number): number {
    return row * 65536 + column;
  }
}
