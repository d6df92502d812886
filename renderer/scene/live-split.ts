// The photo nearest to the present view, and where it lies in the viewport: for comparing photo and render side by side.

import type { Group } from 'three';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { CameraRig } from './camera-rig.ts';
import type { Film } from './film.ts';
import { nearestFrame } from './nearest-frame.ts';
import { photoWarp } from './photo-warp.ts';
import type { PlacedFrame } from './point-layer.ts';
import type { SceneStatistics } from './scene-statistics.ts';
import type { Stage } from './stage.ts';

export interface SplitContext {
  stage: Stage;
  rig: CameraRig;
  /** Its matrix turns world axes to display axes. */
  world: Group;
  film: Film;
  frames(): readonly PlacedFrame[];
  statistics(): SceneStatistics | null;
}

export interface NearestPhoto {
  photoId: PhotoId;
  frameId: string;
  /** CSS `matrix3d` for a picture of `elementWidthPx` with its origin at the top left. */
  warp: string;
  /** Height of the picture over its width. */
  aspect: number;
}

export class LiveSplit {
  private readonly context: SplitContext;

  constructor(context: SplitContext) {
    this.context = context;
  }

  /** @param shownId frame whose photo is shown now @returns null without a placed, visible photo */
  nearest(shownId: string | null, elementWidthPx: number): NearestPhoto | null {
    const { stage, rig, world, film, frames, statistics } = this.context;
    const [near, far] = statistics()?.depthRange ?? [1, 3];
    // Cameras look at what is some way into the depths they saw; the same plane as where one looks through a camera.
    const depth = (near + far) / 2;
    const visible = frames().flatMap(({ frame, visible }) => (visible ? frame : []));
    const frame = nearestFrame(visible, film.viewNow().worldFromCamera, depth, shownId);
    if (!frame?.worldFromCamera || !frame.intrinsics) return null;
    const { worldFromCamera, intrinsics } = frame;
    rig.camera.updateMatrixWorld();
    return {
      photoId: frame.photoId,
      frameId: frame.id,
      warp: photoWarp({ worldFromCamera, intrinsics }, depth, world.matrix, rig.camera, stage, elementWidthPx),
      aspect: intrinsics.heightPx / intrinsics.widthPx,
    };
  }
}
