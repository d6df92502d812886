// Words the studio understands without any download, and what each stands for. Synonyms lead to the same concept.

import { StudioFailure } from '../../projects/format/result.ts';
import type { ColourTerm } from './colour.ts';
import type { SurfaceKind } from './surface.ts';

export type Concept =
  | { kind: 'colour'; terms: readonly ColourTerm[] }
  | { kind: 'lightness'; dark: boolean }
  | { kind: 'vivid'; vivid: boolean }
  | { kind: 'surface'; kinds: readonly SurfaceKind[] }
  /** Where a splat is: height along up, side as the first camera sees it, distance from the cameras. */
  | { kind: 'position'; axis: 'height' | 'side' | 'distance'; end: 'low' | 'middle' | 'high' }
  /** A property of a whole instance: in metres with a scale, else, and for superlatives, compared with the others. */
  | { kind: 'size'; measure: 'volume' | 'height' | 'width'; large: boolean; superlative: boolean }
  /** A word or phrase that only an installed pack understands. */
  | { kind: 'learned' }
  /** Everything. */
  | { kind: 'all' };

const colour = (...terms: ColourTerm[]): Concept => ({ kind: 'colour', terms });
const surface = (...kinds: SurfaceKind[]): Concept => ({ kind: 'surface', kinds });
const position = (axis: 'height' | 'side' | 'distance', end: 'low' | 'middle' | 'high'): Concept => ({
  kind: 'position',
  axis,
  end,
});
const size = (measure: 'volume' | 'height' | 'width', large: boolean, superlative = false): Concept => ({
  kind: 'size',
  measure,
  large,
  superlative,
});

/** One line per concept: the concept, then all words for it. */
const entries: readonly (readonly [Concept, string])[] = [
  [colour('black'), 'black, ebony, jet, coal'],
  [colour('white'), 'white, ivory, snowy, cream, chalk'],
  [colour('grey'), 'grey, gray, silver, slate, ashen'],
  [colour('red'), 'red, crimson, scarlet, maroon, burgundy, ruby, cherry'],
  [colour('green'), 'green, olive, lime, emerald, mint, khaki, leafy'],
  [colour('yellow'), 'yellow, gold, golden, mustard, lemon'],
  [colour('blue'), 'blue, navy, azure, cobalt, indigo, cyan'],
  [colour('brown'), 'brown, tan, wooden, wood, chestnut, chocolate, bronze'],
  [colour('orange'), 'orange, amber, apricot, rust'],
  [colour('pink'), 'pink, rose, magenta, salmon, fuchsia'],
  [colour('purple'), 'purple, violet, lilac, lavender, mauve, plum'],
  [colour('blue', 'green'), 'teal, turquoise, aqua'],
  [colour('brown', 'white'), 'beige, sand, sandy'],
  [colour('black', 'white', 'grey'), 'colourless, colorless, neutral, achromatic'],
  [{ kind: 'vivid', vivid: true }, 'colourful, colorful, coloured, colored, vivid, saturated, bright-coloured'],
  [{ kind: 'vivid', vivid: false }, 'dull, pale, faded, muted'],
  [{ kind: 'lightness', dark: true }, 'dark, dim, shadow, shadows, shaded'],
  [{ kind: 'lightness', dark: false }, 'light, bright, lit'],
  [surface('floor'), 'floor, ground, flooring, parquet, carpet, rug'],
  [surface('ceiling'), 'ceiling, ceilings'],
  [surface('wall'), 'wall, walls, wallpaper'],
  [surface('tabletop'), 'tabletop, tabletops, table top, worktop, countertop, counter, desktop, shelf top, seat'],
  [surface('floor', 'tabletop', 'horizontal', 'ceiling'), 'horizontal, level, flat'],
  [surface('wall', 'vertical'), 'vertical, upright'],
  [surface('slanted'), 'slanted, sloped, slope, tilted, inclined'],
  [position('height', 'low'), 'low, lower, bottom, below, down'],
  [position('height', 'high'), 'high, upper, top, above, up'],
  [position('side', 'low'), 'left, leftmost'],
  [position('side', 'high'), 'right, rightmost'],
  [position('side', 'middle'), 'middle, centre, center, central'],
  [position('distance', 'low'), 'near, close, nearby, front, foreground'],
  [position('distance', 'high'), 'far, distant, back, background'],
  [size('volume', true), 'large, big, huge, great'],
  [size('volume', false), 'small, little, tiny'],
  [size('height', true), 'tall'],
  [size('height', false), 'short'],
  [size('width', true), 'wide, long'],
  [size('width', false), 'narrow, thin'],
  [size('volume', true, true), 'largest, biggest'],
  [size('volume', false, true), 'smallest'],
  [size('height', true, true), 'tallest, highest'],
  [size('height', false, true), 'shortest, lowest'],
  [size('width', true, true), 'widest, longest'],
  [size('width', false, true), 'narrowest, thinnest'],
  [{ kind: 'all' }, 'everything, anything, scene, all'],
];

const concepts = new Map<string, Concept>(
  entries.flatMap(([concept, words]) => words.split(', ').map((word): [string, Concept] => [word, concept])),
);

export interface Lexicon {
  conceptOf(words: string): Concept | null;
  joins(phrase: string): boolean;
  /** Every known word, for completion. */
  words: readonly string[];
}

export function createLexicon(): Lexicon {
  const conceptOf = (words: string): Concept | null => concepts.get(words) ?? concepts.get(singular(words)) ?? null;
  return { conceptOf, joins: (phrase) => concepts.has(phrase), words: [...concepts.keys()] };
}

/**
 * The concept of a term.
 * @param hasPack with a language pack every word means something
 * @throws StudioFailure query-unknown-word for a word nobody taught the studio
 */
export function requireConcept(lexicon: Lexicon, words: string, hasPack = false): Concept {
  const concept = lexicon.conceptOf(words) ?? (hasPack ? { kind: 'learned' } : null);
  if (concept === null) throw new StudioFailure('query-unknown-word', { word: words });
  return concept;
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (word.endsWith('s') && !word.endsWith('ss') && word.length > 3) return word.slice(0, -1);
  return word;
}
