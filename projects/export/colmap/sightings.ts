// In which other photos the points of one are seen too: where they project into another photo and the depth of that photo agrees.

import { projectPoint, type Intrinsics } from '../../format/intrinsics.ts';
import { inverse, matrixFromQuaternion, type Vec3 } from '../../format/sim3.ts';
import type { PointBlock, VisibleScene } from '../visible.ts';

/** Depths differ by at most this share where two photos see the same place. */
const sameDepth = 0.02;
/** Cells of all depth grids together: 160 MB. With more photos the grids get coarser. */
const mostCells = 40_000_000;
/** A photo is compared with so many others at most, those that see most of a sample of it: longer tracks only make files large. */
const mostOthers = 10;
const sampled = 64;

/** One photo's camera and the depth of its own points. */
interface View {
  frameIdx: number;
  /** Photos of another submap stand in another world. */
  submapIdx: number;
  intrinsics: Intrinsics;
  rotation: readonly number[];
  translation: Vec3;
  columns: number;
  rows: number;
  /** Along the viewing axis in world units, by cell; 0 where nothing was seen. */
  depths: Float32Array;
}

/** Point `row` of a block is seen at a pixel of another photo. */
export interface Sighting {
  frameIdx: number;
  row: number;
  xPx: number;
  yPx: number;
}

export class Sightings {
  readonly #views: readonly (View | null)[];

  private constructor(views: readonly (View | null)[]) {
    this.#views = views;
  }

  /** Reads all points once for the depth of each photo. */
  static async of(scene: VisibleScene): Promise<Sightings> {
    const views: (View | null)[] = scene.frames.map(() => null);
    for await (const block of scene.points(null, true)) {
      const view = (views[block.frameIdx] ??= emptyView(scene, block));
      for (let row = 0; row < block.count; row++) {
        const at = inCamera(view, block, row);
        const cell = cellAt(view, block.pixels[row * 2], block.pixels[row * 2 + 1]);
        if (at[2] > 0 && cell >= 0) view.depths[cell] = at[2];
      }
    }
    return new Sightings(views);
  }

  /** Of the points of a block in all other photos, ordered by point. */
  ofBlock(block: PointBlock): Sighting[] {
    const own = this.#views[block.frameIdx];
    if (!own) return [];
    const step = Math.max(1, Math.floor(block.count / sampled));
    const others = this.#views
      .flatMap((view) => {
        if (!view || view === own || view.submapIdx !== own.submapIdx) return [];
        let agreeing = 0;
        for (let row = 0; row < block.count; row += step) if (seenAt(view, block, row)) agreeing++;
        return agreeing > 0 ? [{ view, agreeing }] : [];
      })
      .toSorted((a, b) => b.agreeing - a.agreeing || a.view.frameIdx - b.view.frameIdx)
      .slice(0, mostOthers);
    const found: Sighting[] = [];
    for (let row = 0; row < block.count; row++)
      for (const { view } of others) {
        const at = seenAt(view, block, row);
        if (at) found.push({ frameIdx: view.frameIdx, row, xPx: at[0], yPx: at[1] });
      }
    return found;
  }
}

function emptyView(scene: VisibleScene, { frameIdx, gridWidthPx, gridHeightPx }: PointBlock): View {
  const { frame, worldFromCamera, intrinsics } = scene.frames[frameIdx];
  const { rotation, translation } = inverse({ ...worldFromCamera, scale: 1 });
  const coarser = Math.max(1, Math.ceil(Math.sqrt((scene.frames.length * gridWidthPx * gridHeightPx) / mostCells)));
  const [columns, rows] = [Math.ceil(gridWidthPx / coarser), Math.ceil(gridHeightPx / coarser)];
  return {
    ...{ frameIdx, submapIdx: frame.submapIdx, intrinsics, translation, columns, rows },
    rotation: matrixFromQuaternion(rotation),
    depths: new Float32Array(columns * rows),
  };
}

function inCamera({ rotation: m, translation: t }: View, { positions }: PointBlock, row: number): Vec3 {
  const [x, y, z] = [positions[row * 3], positions[row * 3 + 1], positions[row * 3 + 2]];
  return [
    m[0] * x + m[1] * y + m[2] * z + t[0],
    m[3] * x + m[4] * y + m[5] * z + t[1],
    m[6] * x + m[7] * y + m[8] * z + t[2],
  ];
}

/** -1 outside of the photo. */
function cellAt({ intrinsics, columns, rows }: View, xPx: number, yPx: number): number {
  const column = Math.floor((xPx / intrinsics.widthPx) * columns);
  const row = Math.floor((yPx / intrinsics.heightPx) * rows);
  return column >= 0 && row >= 0 && column < columns && row < rows ? row * columns + column : -1;
}

function seenAt(view: View, block: PointBlock, row: number): readonly [number, number] | null {
  const at = inCamera(view, block, row);
  const pixel = projectPoint(view.intrinsics, at);
  const cell = pixel ? cellAt(view, pixel[0], pixel[1]) : -1;
  if (cell < 0) return null;
  const depth = view.depths[cell];
  return depth > 0 && Math.abs(depth - at[2]) <= sameDepth * at[2] ? pixel : null;
}
