// The built-in codebook of a run: each code is a small cell of colour on one kind of surface; a splat stores only its code.
//
// A question is scored once per code and looked up per splat. Codes are added as the run meets them, so a room needs about a
// thousand of the 65,535 a 16-bit index allows.

import type { NamedTensor } from '../../projects/format/safetensors.ts';
import { SafetensorsError } from '../../projects/format/safetensors.ts';
import { colourMemberships, colourTerms, labFromSrgb } from './colour.ts';
import type { Concept } from './lexicon.ts';
import { surfaceKinds, type SurfaceKind } from './surface.ts';

/** Edge of a colour cell in CIELAB units: about four just noticeable differences. */
const cellSize = 8;
const maxCodes = 65535;

export class Codebook {
  /** Codes in order: centre of the colour cell and kind of surface. */
  readonly labs: [number, number, number][] = [];
  readonly surfaces: SurfaceKind[] = [];
  readonly #index = new Map<string, number>();
  readonly #cellOfColour = new Map<number, string>();

  get count(): number {
    return this.labs.length;
  }

  /** Code of a splat, added when it is new. Beyond 65,535 codes the last one is shared. */
  codeOf(red: number, green: number, blue: number, surface: SurfaceKind): number {
    const packed = (red << 16) | (green << 8) | blue;
    let cell = this.#cellOfColour.get(packed);
    if (cell === undefined) {
      cell = labFromSrgb(red, green, blue)
        .map((value) => Math.round(value / cellSize))
        .join();
      this.#cellOfColour.set(packed, cell);
    }
    const key = `${cell}/${surface}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    if (this.count >= maxCodes) return maxCodes - 1;
    this.#add(key, cell.split(',').map((value) => Number(value) * cellSize) as [number, number, number], surface);
    return this.count - 1;
  }

  #add(key: string, lab: [number, number, number], surface: SurfaceKind): void {
    this.#index.set(key, this.count);
    this.labs.push(lab);
    this.surfaces.push(surface);
  }

  /** labs [codes, 3] F32 and surfaces [codes] U8 (index into `surfaceKinds`). */
  toTensors(): Record<string, NamedTensor> {
    return {
      labs: { dtype: 'F32', shape: [this.count, 3], data: Float32Array.from(this.labs.flat()) },
      surfaces: {
        dtype: 'U8',
        shape: [this.count],
        data: Uint8Array.from(this.surfaces, (kind) => surfaceKinds.indexOf(kind)),
      },
    };
  }

  /** @throws SafetensorsError when the tensors are not those of a codebook */
  static fromTensors(tensors: ReadonlyMap<string, NamedTensor>): Codebook {
    const labs = tensors.get('labs')?.data;
    const surfaces = tensors.get('surfaces')?.data;
    if (!(labs instanceof Float32Array) || !(surfaces instanceof Uint8Array) || labs.length !== 3 * surfaces.length)
      throw new SafetensorsError('The file holds no codebook.');
    const codebook = new Codebook();
    surfaces.forEach((kindIdx, i) => {
      const lab: [number, number, number] = [labs[3 * i], labs[3 * i + 1], labs[3 * i + 2]];
      const surface = surfaceKinds[kindIdx] ?? 'unknown';
      codebook.#add(`${lab.map((value) => Math.round(value / cellSize)).join()}/${surface}`, lab, surface);
    });
    return codebook;
  }

  /**
   * Truth of one concept for every code.
   * @returns codes numbers 0…1, or null when the concept is not about colour or surface
   */
  scoresOf(concept: Concept): Float32Array | null {
    const score = this.#scorer(concept);
    return score === null ? null : Float32Array.from(this.labs, (lab, code) => score(lab, this.surfaces[code]));
  }

  #scorer(concept: Concept): ((lab: readonly [number, number, number], surface: SurfaceKind) => number) | null {
    switch (concept.kind) {
      case 'colour': {
        const termIdxs = concept.terms.map((term) => colourTerms.indexOf(term));
        return (lab) => {
          const memberships = colourMemberships(lab);
          return Math.min(
            1,
            termIdxs.reduce((sum, termIdx) => sum + memberships[termIdx], 0),
          );
        };
      }
      case 'lightness':
        return ([l]) => ramp(concept.dark ? 50 - l : l - 50, 25);
      case 'vivid':
        return ([, a, b]) => ramp(concept.vivid ? Math.hypot(a, b) - 25 : 25 - Math.hypot(a, b), 15);
      case 'surface':
        return (_, surface) => (concept.kinds.includes(surface) ? 1 : 0);
      case 'all':
        return () => 1;
      case 'position':
      case 'size':
      case 'class':
        return null;
    }
  }
}

/** 0.5 at zero, 0 and 1 at −width and +width. */
const ramp = (value: number, width: number): number => Math.max(0, Math.min(1, 0.5 + value / (2 * width)));
