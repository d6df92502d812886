// Depth of one frame at any pixel of its photo, read from the frame's points.
//
// A method looks at the whole photo resized, or at the middle of it (learned ones crop to whole patches): the grid's scale is told by
// the points themselves, which lie on the rays of their cells.

import { projectPoint, rayThroughPixel, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { pointFlag, type PointColumns } from '../../projects/format/point-chunk.ts';
import type { PointMap } from '../run/reconstructor.ts';

/** What of a frame's points is read. */
type FramePoints = Pick<PointColumns, 'count' | 'gridWidthPx' | 'gridHeightPx' | 'positions' | 'pixels' | 'flags'>;

/** Neighbouring cells further apart than this share of their depth belong to different surfaces. */
const sameSurface = 0.05;
const sampleSize = 2000;

export class FrameDepth {
  private readonly width: number;
  private readonly height: number;
  private readonly depths: Float32Array;
  private readonly moving: Uint8Array;
  /** Grid cells per pixel of the photo, and the photo's middle. */
  private readonly scaleX: number;
  private readonly scaleY: number;
  private readonly middleX: number;
  private readonly middleY: number;

  /** @param intrinsics in pixels of the upright photo at its full size */
  constructor(points: FramePoints, intrinsics: Intrinsics) {
    this.width = points.gridWidthPx;
    this.height = points.gridHeightPx;
    this.depths = new Float32Array(this.width * this.height).fill(NaN);
    this.moving = new Uint8Array(this.width * this.height);
    for (let i = 0; i < points.count; i++) {
      const cell = points.pixels[2 * i + 1] * this.width + points.pixels[2 * i];
      this.depths[cell] = points.positions[3 * i + 2];
      this.moving[cell] = points.flags[i] & pointFlag.moving;
    }
    this.middleX = intrinsics.widthPx / 2;
    this.middleY = intrinsics.heightPx / 2;
    const wholeHeight = (this.width * intrinsics.heightPx) / intrinsics.widthPx;
    const cropped = Math.abs(wholeHeight - this.height) > 1 ? scaleOfCrop(points, intrinsics) : null;
    this.scaleX = cropped ?? this.width / intrinsics.widthPx;
    this.scaleY = cropped ?? this.height / intrinsics.heightPx;
  }

  /** Of an answer that was not written yet. @param intrinsics as its method says, in pixels of the upright photo at its full size */
  static ofMap({ gridWidthPx, gridHeightPx, positions, moving }: PointMap, intrinsics: Intrinsics): FrameDepth {
    const count = gridWidthPx * gridHeightPx;
    const pixels = new Uint16Array(2 * count);
    for (let cell = 0; cell < count; cell++) {
      pixels[2 * cell] = cell % gridWidthPx;
      pixels[2 * cell + 1] = Math.floor(cell / gridWidthPx);
    }
    const flags = new Uint8Array(count);
    if (moving) for (let cell = 0; cell < count; cell++) flags[cell] = moving[cell] ? pointFlag.moving : 0;
    return new FrameDepth({ count, gridWidthPx, gridHeightPx, positions, pixels, flags }, intrinsics);
  }

  /**
   * Depth of what rests, for every pixel of a straight picture of the same view; NaN where there is none.
   * @param camera of the straight picture: heightPx × widthPx
   * @param intrinsics of the photo with its distortion: at the size for which the frame's were given
   */
  onGrid(camera: Intrinsics, intrinsics: Intrinsics): Float32Array {
    const { widthPx, heightPx } = camera;
    const depth = new Float32Array(widthPx * heightPx);
    for (let row = 0, i = 0; row < heightPx; row++)
      for (let column = 0; column < widthPx; column++, i++) {
        const pixel = projectPoint(intrinsics, rayThroughPixel(camera, column + 0.5, row + 0.5));
        depth[i] = pixel && !this.isMoving(...pixel) ? this.at(...pixel) : NaN;
      }
    return depth;
  }

  /** Depth along the optical axis in units of the frame's points, between cells where they are one surface; NaN where there is none. */
  at(xPx: number, yPx: number): number {
    const x = (xPx - this.middleX) * this.scaleX + this.width / 2 - 0.5;
    const y = (yPx - this.middleY) * this.scaleY + this.height / 2 - 0.5;
    const nearest = this.cell(Math.round(x), Math.round(y));
    if (nearest < 0) return NaN;
    const z = this.depths[nearest];
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    let sum = 0;
    for (const [dx, dy] of corners) {
      const cell = this.cell(x0 + dx, y0 + dy);
      const corner = cell < 0 ? NaN : this.depths[cell];
      if (!(Math.abs(corner - z) < sameSurface * z)) return z;
      sum += corner * Math.abs(1 - dx - (x - x0)) * Math.abs(1 - dy - (y - y0));
    }
    return sum;
  }

  /** Where the centre of a grid cell is in the photo, pixels. */
  pixelOf(column: number, row: number): [number, number] {
    const x = (column + 0.5 - this.width / 2) / this.scaleX + this.middleX;
    return [x, (row + 0.5 - this.height / 2) / this.scaleY + this.middleY];
  }

  /** Whether the method says that what is seen there moves by itself. */
  isMoving(xPx: number, yPx: number): boolean {
    const x = (xPx - this.middleX) * this.scaleX + this.width / 2 - 0.5;
    const y = (yPx - this.middleY) * this.scaleY + this.height / 2 - 0.5;
    const cell = this.cell(Math.round(x), Math.round(y));
    return cell >= 0 && this.moving[cell] !== 0;
  }

  private cell(column: number, row: number): number {
    const inside = column >= 0 && row >= 0 && column < this.width && row < this.height;
    return inside ? row * this.width + column : -1;
  }
}

const corners = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** Median over points of their distance from the middle in cells over that in pixels of the photo. */
function scaleOfCrop(points: FramePoints, intrinsics: Intrinsics): number | null {
  const ratios: number[] = [];
  for (let i = 0; i < Math.min(points.count, sampleSize); i++) {
    const [x, y, z] = points.positions.subarray(3 * i, 3 * i + 3);
    const pixel = projectPoint(intrinsics, [x, y, z]);
    if (!pixel) continue;
    const inGrid = Math.hypot(
      points.pixels[2 * i] + 0.5 - points.gridWidthPx / 2,
      points.pixels[2 * i + 1] + 0.5 - points.gridHeightPx / 2,
    );
    const inPhoto = Math.hypot(pixel[0] - intrinsics.widthPx / 2, pixel[1] - intrinsics.heightPx / 2);
    // Near the middle the ratio is noise.
    if (inGrid > points.gridWidthPx / 8 && inPhoto > 0) ratios.push(inGrid / inPhoto);
  }
  if (ratios.length === 0) return null;
  return ratios.sort((a, b) => a - b)[ratios.length >> 1];
}
