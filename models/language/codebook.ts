// The built-in codebook: every code is a small cell of CIELAB on one kind of surface; a splat stores only its code.
//
// The codes follow from a formula, so there is nothing to save and nothing to keep in step: a question is scored once per code and
// looked up per splat. 13 × 22 × 23 cells cover sRGB (L 0…100, a −86…98, b −108…94); with 8 kinds of surface that is 52,624
// codes, within 16 bits.

import { colourMemberships, colourTerms, labFromSrgb } from './colour.ts';
import type { Concept } from './lexicon.ts';
import { surfaceKinds, type SurfaceKind } from './surface.ts';

/** Edges of a cell in CIELAB units along L, a, b: about four just noticeable differences. */
const cellSize = [8, 9, 9] as const;
const steps = [13, 22, 23] as const;
const lowest = [0, -10, -12] as const;
const cellCount = steps[0] * steps[1] * steps[2];

/** Codes are 0…codeCount−1; 65535 stands for "no feature". */
export const codeCount = cellCount * surfaceKinds.length;

/** @param red … blue 0…255 sRGB */
export function codeOf(red: number, green: number, blue: number, surface: SurfaceKind): number {
  const packed = (red << 16) | (green << 8) | blue;
  let cell = cellOfColour.get(packed);
  if (cell === undefined) {
    cell = 0;
    const lab = labFromSrgb(red, green, blue);
    for (let k = 0; k < 3; k++)
      cell = cell * steps[k] + Math.max(0, Math.min(steps[k] - 1, Math.round(lab[k] / cellSize[k]) - lowest[k]));
    // A photo has at most some ten thousand colours that matter; the memory of them must not grow without end.
    if (cellOfColour.size > 200_000) cellOfColour.clear();
    cellOfColour.set(packed, cell);
  }
  return cell * surfaceKinds.length + surfaceKinds.indexOf(surface);
}

const cellOfColour = new Map<number, number>();

export const surfaceOfCode = (code: number): SurfaceKind => surfaceKinds[code % surfaceKinds.length];

/** CIELAB at the centre of a code's cell. */
export function labOfCode(code: number): [number, number, number] {
  const cell = Math.floor(code / surfaceKinds.length);
  const b = cell % steps[2];
  const a = Math.floor(cell / steps[2]) % steps[1];
  const l = Math.floor(cell / (steps[2] * steps[1]));
  return [(l + lowest[0]) * cellSize[0], (a + lowest[1]) * cellSize[1], (b + lowest[2]) * cellSize[2]];
}

/** Colour memberships of every cell, made once: cells × 11. */
let memberships: Float32Array | null = null;
function membershipsOfCells(): Float32Array {
  if (memberships === null) {
    memberships = new Float32Array(cellCount * colourTerms.length);
    for (let cell = 0; cell < cellCount; cell++)
      memberships.set(colourMemberships(labOfCode(cell * surfaceKinds.length)), cell * colourTerms.length);
  }
  return memberships;
}

/**
 * Truth of one concept for every code.
 * @returns codeCount numbers 0…1, or null when the concept is not about colour or surface
 */
export function scoresOfConcept(concept: Concept): Float32Array | null {
  const score = scorer(concept);
  return score === null ? null : Float32Array.from({ length: codeCount }, (_, code) => score(code));
}

function scorer(concept: Concept): ((code: number) => number) | null {
  switch (concept.kind) {
    case 'colour': {
      const termIdxs = concept.terms.map((term) => colourTerms.indexOf(term));
      const table = membershipsOfCells();
      return (code) => {
        const row = Math.floor(code / surfaceKinds.length) * colourTerms.length;
        let sum = 0;
        for (const termIdx of termIdxs) sum += table[row + termIdx];
        return Math.min(1, sum);
      };
    }
    case 'lightness':
      return (code) => ramp((labOfCode(code)[0] - 50) * (concept.dark ? -1 : 1), 25);
    case 'vivid':
      return (code) => {
        const [, a, b] = labOfCode(code);
        return ramp((Math.hypot(a, b) - 25) * (concept.vivid ? 1 : -1), 15);
      };
    case 'surface':
      return (code) => (concept.kinds.includes(surfaceOfCode(code)) ? 1 : 0);
    case 'all':
      return () => 1;
    case 'position':
    case 'size':
    case 'learned':
      return null;
  }
}

/** 0.5 at zero, 0 and 1 at −width and +width. */
const ramp = (value: number, width: number): number => Math.max(0, Math.min(1, 0.5 + value / (2 * width)));
