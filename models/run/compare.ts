// Largest differences between what a graph gives and what it should give.

import type { NamedTensor } from '../../projects/format/safetensors.ts';

/** An item agrees when it is within either; relative to its own size or the typical size (RMS) of its tensor, whichever is larger. */
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
  /** Largest |actual − expected| / max(|expected|, RMS of the tensor): rounding follows the size of what was summed, not of the sum. */
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
  let squares = 0;
  for (let i = 0; i < b.length; i++) squares += b[i] * b[i];
  const typical = Math.sqrt(squares / Math.max(1, b.length));
  let maxAbsolute = 0;
  let maxRelative = 0;
  let passed = true;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    const size = Math.max(Math.abs(b[i]), typical, Number.MIN_VALUE);
    // A NaN on either side fails this comparison, as it should.
    if (!(difference <= tolerance.absolute || difference <= tolerance.relative * size)) passed = false;
    maxAbsolute = Math.max(maxAbsolute, Number.isNaN(difference) ? Infinity : difference);
    maxRelative = Math.max(maxRelative, Number.isNaN(difference) ? Infinity : difference / size);
  }
  return { name, items: b.length, maxAbsolute, maxRelative, passed };
}
