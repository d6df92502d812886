// Dense points of the placed photos, one photo per call, from the poses as they stand.

import { join } from 'node:path';
import type { Photo } from '../../../projects/format/scene.ts';
import type { PhotoSource, PointMap } from '../../run/reconstructor.ts';
import { Dense } from '../dense/dense.ts';
import type { DepthWork } from '../dense/depth-work.ts';
import type { SceneMap } from '../map/scene-map.ts';
import { placementOf, seenPoints } from './placements.ts';
import type { PredictedDepth } from './predicted-depth.ts';

/** Pixels of the picture that is swept: 320 × 240, or as many in another shape. */
const sweptPixels = 320 * 240;

export class DenseStage {
  private dense: Dense | null = null;
  /** The map whose views it holds. */
  private map: SceneMap | null = null;
  private readonly work: DepthWork;
  private readonly folder: string;

  private readonly predicted: PredictedDepth | null;

  /**
   * @param cacheFolder depth maps that are not needed for long lie there until the stage ends
   * @param predicted depth for the gaps; null: gaps stay
   */
  constructor(work: DepthWork, cacheFolder: string, predicted: PredictedDepth | null) {
    this.work = work;
    this.folder = join(cacheFolder, 'depth');
    this.predicted = predicted;
  }

  /** Whether something predicts depth for the gaps. */
  get fillsGaps(): boolean {
    return this.predicted !== null;
  }

  private get open(): Dense {
    this.dense ??= new Dense(this.work, { folder: this.folder });
    return this.dense;
  }

  holds(map: SceneMap): boolean {
    return this.map === map;
  }

  /** Takes over poses, lenses and points of a map that has settled. */
  look(map: SceneMap, photos: readonly PhotoSource[]): void {
    const dense = this.open;
    this.map = map;
    const images = [...map.poses.keys()];
    dense.keepOnly(new Set(images.map((imageIdx) => photos[imageIdx].id)));
    for (const imageIdx of images) {
      const photo = photos[imageIdx];
      const placement = placementOf(map, imageIdx, photo, 0);
      if (!placement) continue;
      const { worldFromCamera, intrinsics } = placement;
      const { predicted } = this;
      dense.setView({
        photoId: photo.id,
        read: () => photo.read(sweptSize(photo)),
        intrinsics,
        worldFromCamera,
        ...(predicted && { hint: () => predicted.hintOf(photo, intrinsics) }),
      });
    }
    dense.setPoints(seenPoints(map, (imageIdx) => photos[imageIdx].id));
  }

  /** null: no neighbour to match with. @param upcoming photos that will be asked for next: they are begun already */
  finalOf(photo: PhotoSource, upcoming: readonly PhotoSource[]): Promise<PointMap | null> {
    const final = this.open.final(photo.id);
    this.open.prepare(upcoming.map(({ id }) => id));
    return final;
  }

  /** The same points and those of predicted depth that other photos hold too. */
  filledOf(photo: PhotoSource, upcoming: readonly PhotoSource[]): Promise<PointMap | null> {
    const filled = this.open.filled(photo.id);
    this.open.prepareFilled(upcoming.map(({ id }) => id));
    return filled;
  }

  /** Gives back memory and files; the stage can begin anew. */
  async end(): Promise<void> {
    const { dense } = this;
    this.dense = null;
    this.map = null;
    await dense?.dispose();
  }
}

/** As many pixels in the shape of the photo as are swept, never more than it has. */
export function sweptSize({ widthPx, heightPx }: Photo): Parameters<PhotoSource['read']>[0] {
  const scale = Math.min(1, Math.sqrt(sweptPixels / (widthPx * heightPx)));
  return { widthPx: Math.round(widthPx * scale), heightPx: Math.round(heightPx * scale), fit: 'fill' };
}
