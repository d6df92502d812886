// Which photos saw something, best first: a sample of its splats is looked up in every photo.

import type { Evidence } from '../../contract/scene-requests.ts';
import { projectPoint } from '../../../projects/format/intrinsics.ts';
import { inverse, transformPoint } from '../../../projects/format/sim3.ts';
import type { SplatScene } from './splat-scene.ts';

const sampleSize = 200;
/** A splat is hidden when it lies this much behind everything the photo shows there. */
const behind = 1.08;

/**
 * Photos in which at least a tenth of the splats can be seen. The order favours photos that see more of the thing, and larger.
 * @param members splat indices of the thing
 */
export function photosThatSaw(scene: SplatScene, members: ArrayLike<number>, most = 12): Evidence[] {
  const step = Math.max(1, Math.floor(members.length / sampleSize));
  const found: (Evidence & { rank: number })[] = [];
  scene.frames.forEach(({ photoId, worldFromCamera, intrinsics }, f) => {
    const cameraFromWorld = inverse(worldFromCamera);
    const { widthPx, heightPx, farthest } = scene.depths[f];
    const xs: number[] = [];
    const ys: number[] = [];
    let asked = 0;
    for (let k = 0; k < members.length; k += step) {
      asked++;
      const i = members[k];
      const p = transformPoint(cameraFromWorld, [
        scene.positions[3 * i],
        scene.positions[3 * i + 1],
        scene.positions[3 * i + 2],
      ]);
      const pixel = projectPoint(intrinsics, p);
      if (pixel === null) continue;
      const [x, y] = pixel;
      if (x < 0 || y < 0 || x >= intrinsics.widthPx || y >= intrinsics.heightPx) continue;
      const cell =
        Math.floor((y / intrinsics.heightPx) * heightPx) * widthPx + Math.floor((x / intrinsics.widthPx) * widthPx);
      if (!(p[2] <= farthest[cell] * behind)) continue;
      xs.push(x);
      ys.push(y);
    }
    const share = asked === 0 ? 0 : xs.length / asked;
    if (share < 0.1) return;
    const [x0, x1] = spanOf(xs);
    const [y0, y1] = spanOf(ys);
    const regionPx = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    const area = (regionPx.width * regionPx.height) / (intrinsics.widthPx * intrinsics.heightPx);
    found.push({ photoId, share, regionPx, rank: share * Math.sqrt(Math.min(0.5, area)) });
  });
  return found
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map(({ photoId, share, regionPx }) => ({ photoId, share, regionPx }));
}

/** From the 4th to the 96th percentile: single stray splats do not stretch the region. */
function spanOf(values: number[]): [number, number] {
  values.sort((a, b) => a - b);
  return [values[Math.floor(values.length * 0.04)], values[Math.ceil(values.length * 0.96) - 1]];
}
