// Largest differences between what a graph gives and what it should give.

import type { NamedTensor } from '../../projects/format/safetensors.ts';

/** An item agrees when it is within either: that far from what it should be, or that share of its own size. */
export interface Tolerance {
  absolute: number;
  relative: number;
}

export interface OutputCheck {
  /** Name in the golden file, for example `out.3.camera_pose`. */
  name: string;
  items: number;
  /** Largest |actual − expected|. */
  maxAbsolute: number;
  /** Largest |actual − expected| / |expected| among items that are further off than the absolute tolerance: near zero a share says nothing. */
  maxRelative: number;
  passed: boolean;
}

/** @param actual may have another shape with as many items: batch axes of one come and go */
export function compareTensor(
  name: string,
  actual: NamedTensor,
  expected: NamedTensor,
  tolerance: Tolerance,
): OutputCheck {
  const a = actual.data as Float32Array;
  const b = expected.data as Float32Array;
  if (a.length !== b.length)
    return { name, items: b.length, maxAbsolute: Infinity, maxRelative: Infinity, passed: false };
  let maxAbsolute = 0;
  let maxRelative = 0;
  for (let i = 0; i < b.length; i++) {
    // A NaN on either side is no agreement.
    const difference = Number.isNaN(a[i] - b[i]) ? Infinity : Math.abs(a[i] - b[i]);
    maxAbsolute = Math.max(maxAbsolute, difference);
    if (difference > tolerance.absolute)
      maxRelative = Math.max(maxRelative, difference / Math.abs(b[i] || Number.MIN_VALUE));
  }
  return { name, items: b.length, maxAbsolute, maxRelative, passed: maxRelative <= tolerance.relative };
}
