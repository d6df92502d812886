// Colours of answers: the heat of scores, and colours that tell things apart.

import { distinctColors } from '../../projects/format/label-set.ts';
import type { Stop } from './colour-scales.ts';

/** From "hardly" to "surely": dark blue, teal, green, yellow, orange, red. */
export const heatStops: readonly Stop[] = [
  [0.19, 0.22, 0.5],
  [0.16, 0.45, 0.72],
  [0.2, 0.68, 0.55],
  [0.66, 0.8, 0.3],
  [0.96, 0.74, 0.24],
  [0.93, 0.45, 0.2],
  [0.78, 0.16, 0.16],
];

/** 256 × 3 sRGB bytes, score 0 to 255. */
export const heatRamp: Uint8Array = (() => {
  const ramp = new Uint8Array(768);
  for (let score = 0; score < 256; score++) {
    const at = (score / 255) * (heatStops.length - 1);
    const low = Math.min(heatStops.length - 2, Math.floor(at));
    for (let k = 0; k < 3; k++)
      ramp[3 * score + k] = 255 * (heatStops[low][k] * (1 - (at - low)) + heatStops[low + 1][k] * (at - low));
  }
  return ramp;
})();

/** What is selected: a colour that neither heat nor instances use. */
export const selectedRgb = [84, 214, 255] as const;

/** Colour of the i-th instance, as CSS. */
export const distinctColour = (i: number): string => distinctColors[i % distinctColors.length];

/** `#rrggbb` as sRGB bytes. */
export function rgbOf(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
