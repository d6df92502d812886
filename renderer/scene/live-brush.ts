// A brush over the viewport: which splats a stroke has touched, seen from where the eye is now.

import { Vector3, type Group, type Object3D } from 'three';
import { countRows, type RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId } from '../../projects/format/scene.ts';
import { matrixOf } from './axes.ts';
import { brushedRows } from './brushed-rows.ts';
import { strokeMask, type BrushStroke } from './brush-stroke.ts';
import type { CameraRig } from './camera-rig.ts';
import { DepthPicture } from './depth-picture.ts';
import type { PointLayer } from './point-layer.ts';
import type { SplatLayer } from './splat-layer.ts';
import type { Stage } from './stage.ts';

export interface BrushContext {
  stage: Stage;
  rig: CameraRig;
  /** Its matrix turns world axes to display axes. */
  world: Group;
  points: PointLayer;
  splats: SplatLayer;
  /** Everything on the stage that is not points. */
  others: readonly Object3D[];
}

export class LiveBrush {
  private readonly context: BrushContext;
  private readonly picture = new DepthPicture();

  constructor(context: BrushContext) {
    this.context = context;
  }

  /** Rows by chunk. @param takesHidden what lies behind the surface that is seen is touched too */
  touched(stroke: BrushStroke, takesHidden: boolean): Map<ChunkId, RowBits> {
    const { stage, rig, world, splats } = this.context;
    const found = new Map<ChunkId, RowBits>();
    const mask = strokeMask(stroke, stage.widthPx, stage.heightPx);
    if (!mask) return found;
    const depths = takesHidden ? null : this.picture.take(this.context, mask);
    const { camera } = rig;
    camera.updateMatrixWorld();
    for (const { chunk, worldFromCamera, ...visible } of splats.visibleChunks()) {
      const displayFromChunk = world.matrix.clone().multiply(matrixOf(worldFromCamera));
      const rows = brushedRows(visible, {
        eyeFromChunk: camera.matrixWorldInverse.clone().multiply(displayFromChunk),
        projection: camera.projectionMatrix,
        eyeInChunk: new Vector3().setFromMatrixPosition(camera.matrixWorld).applyMatrix4(displayFromChunk.invert()),
        viewportWidthPx: stage.widthPx,
        viewportHeightPx: stage.heightPx,
        mask,
        depths,
        hidesBacks: splats.hidesBacks,
      });
      if (countRows(rows) > 0) found.set(chunk.id, rows);
    }
    return found;
  }

  dispose(): void {
    this.picture.dispose();
  }
}
