// The point of the scene under the pointer, told by a depth picture of a few pixels around it.

import { Vector3 } from 'three';
import { DepthPicture, type DepthPictureContext } from './depth-picture.ts';

/** Pixels around the pointer that are searched, to each side. */
const reachPx = 5;
const sizePx = reachPx * 2 + 1;

export class DepthPicker {
  private readonly picture = new DepthPicture();

  /** @param pointer in CSS pixels of the viewport @returns the point in display axes, or null over nothing */
  pick(context: DepthPictureContext, [xPx, yPx]: readonly [number, number]): Vector3 | null {
    const { stage, rig } = context;
    const rectangle = { left: xPx - reachPx - 0.5, top: yPx - reachPx - 0.5, widthPx: sizePx, heightPx: sizePx };
    const depth = nearestDepth(this.picture.take(context, rectangle));
    if (depth === null) return null;
    const { camera } = rig;
    const [x, y] = [(xPx / stage.widthPx) * 2 - 1, 1 - (yPx / stage.heightPx) * 2];
    const onRay = new Vector3(x, y, 0.5).unproject(camera);
    const forward = camera.getWorldDirection(new Vector3());
    const ahead = onRay.clone().sub(camera.position).dot(forward);
    // Rays of a parallel view do not start at the eye: they keep their distance from its axis.
    if (rig.isOrthographic) return onRay.addScaledVector(forward, depth - ahead);
    return camera.position.clone().addScaledVector(onRay.sub(camera.position), depth / ahead);
  }

  dispose(): void {
    this.picture.dispose();
  }
}

/** Depth at the pixel nearest to the middle that shows something. */
function nearestDepth(depths: Float32Array): number | null {
  let best: number | null = null;
  let bestOffset = Infinity;
  for (let i = 0; i < sizePx * sizePx; i++) {
    if (depths[i] === 0) continue;
    const offset = Math.hypot((i % sizePx) - reachPx, Math.floor(i / sizePx) - reachPx);
    if (offset < bestOffset) [bestOffset, best] = [offset, depths[i]];
  }
  return best;
}
