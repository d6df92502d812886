// How far away the points are in a part of the view: drawn once more into pixels that hold depth.

import { FloatType, NearestFilter, RGBAFormat, WebGLRenderTarget, type Object3D } from 'three';
import type { CameraRig } from './camera-rig.ts';
import type { PointLayer } from './point-layer.ts';
import type { Stage } from './stage.ts';

export interface PixelRectangle {
  /** In CSS pixels of the viewport. */
  left: number;
  top: number;
  widthPx: number;
  heightPx: number;
}

export interface DepthPictureContext {
  stage: Stage;
  rig: CameraRig;
  points: PointLayer;
  /** Everything on the stage that is not points. */
  others: readonly Object3D[];
}

export class DepthPicture {
  private readonly target = new WebGLRenderTarget(1, 1, {
    format: RGBAFormat,
    type: FloatType,
    minFilter: NearestFilter,
    magFilter: NearestFilter,
  });

  /**
   * Depth along the view, whether the points are shown or not.
   * @returns widthPx × heightPx, row by row from the top; 0 over nothing
   */
  take({ stage, rig, points, others }: DepthPictureContext, rectangle: PixelRectangle): Float32Array {
    const { renderer, scene, heightPx } = stage;
    const { camera } = rig;
    const { left, top, widthPx: columns, heightPx: rows } = rectangle;
    this.target.setSize(columns, rows);
    camera.setViewOffset(stage.widthPx, heightPx, left, top, columns, rows);
    const { uPick, uPixelsPerUnit } = points.uniforms;
    const pixelsPerUnit = uPixelsPerUnit.value;
    uPick.value = 1;
    uPixelsPerUnit.value = (rows / 2) * camera.projectionMatrix.elements[5];
    const hidden = others.filter(({ visible }) => visible);
    const { visible } = points.group;
    // Its colour would pass for a depth.
    const { background } = scene;
    scene.background = null;
    for (const object of hidden) object.visible = false;
    points.group.visible = true;
    const values = new Float32Array(columns * rows * 4);
    renderer.setRenderTarget(this.target);
    renderer.setClearColor(0x000000, 0);
    renderer.clear();
    renderer.render(scene, camera);
    renderer.readRenderTargetPixels(this.target, 0, 0, columns, rows, values);
    renderer.setRenderTarget(null);
    points.group.visible = visible;
    scene.background = background;
    for (const object of hidden) object.visible = true;
    uPick.value = 0;
    uPixelsPerUnit.value = pixelsPerUnit;
    camera.clearViewOffset();
    stage.invalidate();
    const depths = new Float32Array(columns * rows);
    // WebGL counts rows from below.
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const at = 4 * ((rows - 1 - row) * columns + column);
        if (values[at + 3] > 0) depths[row * columns + column] = values[at];
      }
    return depths;
  }

  dispose(): void {
    this.target.dispose();
  }
}
