// Dense points of the placed photos, one photo per call, from the poses as they stand.

import type { PhotoSource, PointMap } from '../../run/reconstructor.ts';
import { Dense } from '../dense/dense.ts';
import type { SceneMap } from '../map/scene-map.ts';
import { placementOf, seenPoints } from './placements.ts';

/** Pixels of the picture that is swept: 320 × 240, or as many in another shape. */
const sweptPixels = 320 * 240;

export class DenseStage {
  private dense: Dense | null = null;
  private readonly threads: number;

  constructor(threads: number) {
    this.threads = threads;
  }

  /** Takes over poses, lenses and points of a map; photos are read when they are new. */
  async look(map: SceneMap, photos: readonly PhotoSource[]): Promise<void> {
    this.dense ??= new Dense({ workers: this.threads });
    const { dense } = this;
    for (const imageIdx of map.poses.keys()) {
      const photo = photos[imageIdx];
      const placement = placementOf(map, imageIdx, photo, 0);
      if (!placement) continue;
      const { worldFromCamera, intrinsics } = placement;
      if (dense.has(photo.id)) dense.movePose(photo.id, worldFromCamera, intrinsics);
      else {
        const scale = Math.min(1, Math.sqrt(sweptPixels / (photo.widthPx * photo.heightPx)));
        const size = {
          widthPx: Math.round(photo.widthPx * scale),
          heightPx: Math.round(photo.heightPx * scale),
          fit: 'fill',
        } as const;
        dense.setView({ photoId: photo.id, image: await photo.read(size), intrinsics, worldFromCamera });
      }
    }
    dense.setPoints(seenPoints(map, (imageIdx) => photos[imageIdx].id));
  }

  /** null: no neighbour to match with. @param upcoming photos that will be asked for next: their sweeps begin already */
  finalOf(photo: PhotoSource, upcoming: readonly PhotoSource[]): Promise<PointMap | null> {
    if (!this.dense) return Promise.resolve(null);
    const final = this.dense.final(photo.id);
    this.dense.prepare(upcoming.map(({ id }) => id));
    return final;
  }

  async dispose(): Promise<void> {
    await this.dense?.dispose();
    this.dense = null;
  }
}
