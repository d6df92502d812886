// Hangs a new submap on the old one by the photo both have met: its camera, and the ratio of its two depths.

import { compose, inverse, type Sim3 } from '../../../projects/format/sim3.ts';
import { poseOf } from './answers.ts';
import type { StepAnswer } from './network.ts';

/** Scales beyond this are not believed: the network measures in metres, so neighbours differ by little. */
const maxScaleChange = 4;

/**
 * oldFromNew, or null when the two predictions cannot be brought together. Both point maps show the same pixels from the same
 * camera, so the camera itself gives rotation and translation; the ratio of depths gives the scale (weighted median over
 * pixels that both maps are sure of: weight √(c₁·c₂), only above a tenth of the smaller median confidence — model-facts 2.7).
 */
export function alignSubmap(before: StepAnswer, after: StepAnswer): Sim3 | null {
  const floor = 0.1 * Math.min(median(before.confSelf), median(after.confSelf));
  const ratios: { ratio: number; weight: number }[] = [];
  const stride = Math.max(1, Math.floor(before.confSelf.length / 20_000));
  for (let i = 0; i < before.confSelf.length; i += stride) {
    const c1 = before.confSelf[i];
    const c2 = after.confSelf[i];
    if (!(c1 > floor && c2 > floor)) continue;
    const p = 3 * i;
    const old = Math.hypot(before.pointsSelf[p], before.pointsSelf[p + 1], before.pointsSelf[p + 2]);
    const now = Math.hypot(after.pointsSelf[p], after.pointsSelf[p + 1], after.pointsSelf[p + 2]);
    if (old > 0 && now > 0 && Number.isFinite(old / now)) ratios.push({ ratio: old / now, weight: Math.sqrt(c1 * c2) });
  }
  const scale = weightedMedian(ratios);
  if (scale === null || scale > maxScaleChange || scale < 1 / maxScaleChange) return null;
  const oldFromCamera = poseOf(before);
  const newFromCamera = poseOf(after);
  const oldFromNew = compose({ ...oldFromCamera, scale }, inverse(newFromCamera));
  return oldFromNew.translation.every(Number.isFinite) ? oldFromNew : null;
}

function median(values: Float32Array): number {
  return values.length > 0 ? values.toSorted()[Math.floor(values.length / 2)] : 0;
}

function weightedMedian(items: { ratio: number; weight: number }[]): number | null {
  items.sort((a, b) => a.ratio - b.ratio);
  const half = items.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { ratio, weight } of items) {
    sum += weight;
    if (sum >= half) return ratio;
  }
  return null;
}
