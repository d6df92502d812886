// The point of the scene under the pointer: points are drawn once more into a few pixels that hold depth.

import {
  FloatType,
  NearestFilter,
  RGBAFormat,
  Vector3,
  WebGLRenderTarget,
  type Object3D,
  type Scene,
  type WebGLRenderer,
} from 'three';
import type { CameraRig } from './camera-rig.ts';
import type { PointLayer } from './point-layer.ts';

/** Pixels around the pointer that are searched, to each side. */
const reachPx = 5;
const sizePx = reachPx * 2 + 1;

export class DepthPicker {
  private readonly target = new WebGLRenderTarget(sizePx, sizePx, {
    format: RGBAFormat,
    type: FloatType,
    minFilter: NearestFilter,
    magFilter: NearestFilter,
  });
  private readonly values = new Float32Array(sizePx * sizePx * 4);

  /** @param pointer in CSS pixels of the viewport @returns the point in display axes, or null over nothing */
  pick(
    renderer: WebGLRenderer,
    scene: Scene,
    others: readonly Object3D[],
    points: PointLayer,
    rig: CameraRig,
    pointer: readonly [number, number],
    widthPx: number,
    heightPx: number,
  ): Vector3 | null {
    const { camera } = rig;
    camera.setViewOffset(widthPx, heightPx, pointer[0] - reachPx, pointer[1] - reachPx, sizePx, sizePx);
    points.uniforms.uPick.value = 1;
    const pixelsPerUnit = points.uniforms.uPixelsPerUnit.value;
    points.uniforms.uPixelsPerUnit.value = (heightPx / 2) * camera.projectionMatrix.elements[5] * (sizePx / heightPx);
    const hidden = others.filter(({ visible }) => visible);
    for (const object of hidden) object.visible = false;
    renderer.setRenderTarget(this.target);
    renderer.setClearColor(0x000000, 0);
    renderer.clear();
    renderer.render(scene, camera);
    renderer.readRenderTargetPixels(this.target, 0, 0, sizePx, sizePx, this.values);
    renderer.setRenderTarget(null);
    for (const object of hidden) object.visible = true;
    points.uniforms.uPick.value = 0;
    points.uniforms.uPixelsPerUnit.value = pixelsPerUnit;
    camera.clearViewOffset();
    return this.nearestHit(rig, pointer, widthPx, heightPx);
  }

  private nearestHit(
    rig: CameraRig,
    pointer: readonly [number, number],
    widthPx: number,
    heightPx: number,
  ): Vector3 | null {
    let bestOffset = Infinity;
    let depth = 0;
    for (let i = 0; i < sizePx * sizePx; i++) {
      if (this.values[i * 4 + 3] === 0) continue;
      const offset = Math.hypot((i % sizePx) - reachPx, Math.floor(i / sizePx) - reachPx);
      if (offset < bestOffset) [bestOffset, depth] = [offset, this.values[i * 4]];
    }
    if (bestOffset === Infinity) return null;
    const { camera } = rig;
    const onRay = new Vector3((pointer[0] / widthPx) * 2 - 1, 1 - (pointer[1] / heightPx) * 2, 0.5).unproject(camera);
    // In an orthographic view w is 1 for every point: the pivot's plane stands in for depth.
    if (rig.isOrthographic)
      return onRay.sub(camera.position).projectOnPlane(rig.target.sub(camera.position).normalize()).add(rig.target);
    const direction = onRay.sub(camera.position);
    const forward = camera.getWorldDirection(new Vector3());
    return camera.position.clone().addScaledVector(direction, depth / direction.dot(forward));
  }

  dispose(): void {
    this.target.dispose();
  }
}
