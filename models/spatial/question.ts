// The plain English of questions about space: each pattern gives one of the ten question types. Everything else is no such question.

import type { SpatialKind } from '../../projects/format/spatial-answer.ts';

export type SpatialQuestion =
  | { kind: 'object_counting'; thing: string }
  | { kind: 'object_abs_distance'; from: string; to: string }
  | { kind: 'object_size_estimation'; thing: string; edge: 'longest' | 'height' | 'width' }
  | { kind: 'room_size_estimation' }
  | { kind: 'object_rel_distance'; to: string; options: string[] }
  | { kind: DirectionKind; at: string; facing: string; thing: string }
  | { kind: 'route_planning'; at: string; facing: string; stops: string[] }
  | { kind: 'obj_appearance_order'; things: string[] };

export type DirectionKind = Extract<SpatialKind, `object_rel_direction_${string}`>;

/** One question of each type, as help and the form show them. `…` stands for a thing. */
export const questionForms: readonly { kind: SpatialKind; form: string }[] = [
  { kind: 'object_counting', form: 'how many … are there' },
  { kind: 'object_abs_distance', form: 'how far is … from …' },
  { kind: 'object_size_estimation', form: 'how large is …' },
  { kind: 'room_size_estimation', form: 'how large is the room' },
  { kind: 'object_rel_distance', form: 'which is nearest to …: …, …' },
  { kind: 'object_rel_direction_easy', form: 'standing at … facing …, is … left or right' },
  { kind: 'object_rel_direction_medium', form: 'standing at … facing …, is … left, right or back' },
  { kind: 'object_rel_direction_hard', form: 'standing at … facing …, where is …' },
  { kind: 'route_planning', form: 'route from … facing … to …, …' },
  { kind: 'obj_appearance_order', form: 'in which order do …, … appear' },
];

/** null when the words are no question about space that this grammar knows. Words in “quotes” stay together. */
export function readSpatialQuestion(text: string): SpatialQuestion | null {
  const { plain, quotes } = withoutQuotes(text);
  for (const [pattern, make] of patterns) {
    const match = pattern.exec(plain);
    const question = match && make(match.groups ?? {}, (words = '') => thingOf(words, quotes));
    if (question) return question;
  }
  return null;
}

/** True of questions that only geometry answers, also where their words do not fit: what to ask instead is then said. */
export function isAboutSpace(text: string): boolean {
  return readSpatialQuestion(text) !== null || openings.test(withoutQuotes(text).plain);
}

/** Words that questions about things seldom begin with: “which is red” asks for things, “which is nearest” for a distance. */
const openings =
  /^(?:how (?:many|much|far|large|big|small|long|tall|short|wide|high|deep|close|near)\b|(?:which|what)\b.*\b(?:nearest|nearer|closest|closer)\b|(?:what is )?(?:the )?(?:distance|size|area|height|width|length) (?:of|between|from|to)\b|standing (?:at|by|on|next)\b|in (?:which|what) order\b|(?:the )?route from\b)/;

type Groups = Record<string, string | undefined>;
type Maker = (groups: Groups, thing: (words?: string) => string) => SpatialQuestion | null;

const edges: Readonly<Record<string, 'longest' | 'height' | 'width'>> = {
  tall: 'height',
  high: 'height',
  height: 'height',
  wide: 'width',
  width: 'width',
};
const room = '(?:room|floor(?: area)?|place|space)';
const standing =
  '(?:if )?(?:i (?:am |stand )?|i.m )?(?:standing|stand|placed|am)?(?: ?(?:at|by|next to|beside|on))? (?<at>.+?),?(?: and)?(?: am)? facing (?<facing>.+?)';

const patterns: readonly (readonly [RegExp, Maker])[] = [
  [
    new RegExp(
      `^(?:how (?:large|big|wide) is (?:the |this )?${room}|(?:what is )?(?:the )?(?:size|area|floor area) of (?:the |this )?${room}|(?:room|floor) (?:size|area)|how many square (?:metres|meters) .*)$`,
    ),
    () => ({ kind: 'room_size_estimation' }),
  ],
  [
    /^(?:how many|count|number of) (?<a>.+?)(?: (?:are|is) (?:there|in|here|visible).*| do (?:you|we|i) see| in (?:the|this) (?:room|scene))?$/,
    ({ a }, thing) => named({ kind: 'object_counting', thing: thing(a) }),
  ],
  [
    /^(?:how far(?: away)?(?: apart)? (?:is|are) (?:it (?:away )?from )?)(?<a>.+?) (?:(?:away )?from|to|and) (?<b>.+?)(?: apart| away)?$/,
    ({ a, b }, thing) => named({ kind: 'object_abs_distance', from: thing(a), to: thing(b) }),
  ],
  [
    /^(?:what is )?(?:the )?(?:direct )?distance (?:between|from|of) (?<a>.+?) (?:and|to|from) (?<b>.+)$/,
    ({ a, b }, thing) => named({ kind: 'object_abs_distance', from: thing(a), to: thing(b) }),
  ],
  [
    /^how (?<edge>large|big|long|tall|wide|high) (?:is|are) (?<a>.+)$/,
    ({ edge = '', a }, thing) =>
      named({ kind: 'object_size_estimation', thing: thing(a), edge: edges[edge] ?? 'longest' }),
  ],
  [
    /^(?:what is )?(?:the )?(?<edge>size|length|height|width|longest (?:side|edge)) of (?<a>.+)$/,
    ({ edge = '', a }, thing) =>
      named({ kind: 'object_size_estimation', thing: thing(a), edge: edges[edge] ?? 'longest' }),
  ],
  [
    /^(?:which|what)(?: (?:one|thing|object))? is (?:the )?(?:nearer|nearest|closer|closest) to (?<to>.+?)[:,]? (?<list>(?=.*(?:,| or | and )).+)$/,
    ({ to, list }, thing) => nearest(thing(splitColon(to, list).to), splitColon(to, list).list, thing),
  ],
  [
    /^(?:which|what)(?: of)?(?: these)?[:,]? (?<list>.+?),? is (?:the )?(?:nearer|nearest|closer|closest) to (?<to>.+)$/,
    ({ to, list }, thing) => nearest(thing(to), list, thing),
  ],
  [
    new RegExp(
      `^${standing},? (?:is|are|would) (?<c>.+?)(?: be)? (?:(?:at|to|on|in) )?(?:(?:my|the) )?(?<options>(?:front|left|right|back|behind).*)$`,
    ),
    ({ at, facing, c, options = '' }, thing) => direction(levelOf(options), thing(at), thing(facing), thing(c)),
  ],
  [
    new RegExp(`^${standing},? (?:where|in (?:which|what) direction) (?:is|are) (?<c>.+)$`),
    ({ at, facing, c }, thing) => direction('hard', thing(at), thing(facing), thing(c)),
  ],
  [
    /^(?:(?:plan )?(?:the |a )?(?:route|way)|(?:how do i|how to) (?:go|get)|go|walk)(?: ?(?:from|starting at))? (?<at>.+?),?(?: and)? facing (?<facing>.+?),? (?:(?:to|via|through|and go to|then) )(?<list>.+)$/,
    ({ at, facing, list }, thing) => {
      const stops = listOf(list, thing);
      return stops.length === 0 || !at || !facing
        ? null
        : { kind: 'route_planning', at: thing(at), facing: thing(facing), stops };
    },
  ],
  [
    /^(?:in (?:which|what) order (?:do|does|are)|(?:what is )?(?:the )?(?:first.time )?(?:appearance order|order of (?:first )?appearance) (?:of|for)|which (?:appears|is seen|comes) first(?: of)?[:,]?) ?(?<list>.+?)(?: (?:first )?(?:appear|come|get seen|seen)(?: first)?)?$/,
    ({ list }, thing) => {
      const things = listOf(list, thing);
      return things.length < 2 ? null : { kind: 'obj_appearance_order', things };
    },
  ],
];

const named = <Q extends SpatialQuestion>(question: Q): Q | null =>
  Object.values(question).every((value) => value !== '') ? question : null;

function nearest(to: string, list: string | undefined, thing: (words?: string) => string): SpatialQuestion | null {
  const options = listOf(list, thing);
  return to === '' || options.length < 2 ? null : { kind: 'object_rel_distance', to, options };
}

/** “the door: chair or table” reads the same with and without the colon. */
function splitColon(to = '', list = ''): { to: string; list: string } {
  const at = `${to} ${list}`.indexOf(':');
  return at < 0 ? { to, list } : { to: `${to} ${list}`.slice(0, at), list: `${to} ${list}`.slice(at + 1) };
}

function direction(
  level: 'easy' | 'medium' | 'hard',
  at: string,
  facing: string,
  thing: string,
): SpatialQuestion | null {
  return named({ kind: `object_rel_direction_${level}`, at, facing, thing });
}

function levelOf(options: string): 'easy' | 'medium' | 'hard' {
  if (/front.?(left|right)|back.?(left|right)/.test(options)) return 'hard';
  return /back|behind/.test(options) ? 'medium' : 'easy';
}

const listOf = (list: string | undefined, thing: (words?: string) => string): string[] =>
  (list ?? '')
    .split(/\s*(?:,\s*(?:and|or|then)\s|,|;|\s(?:and|or|then)\s)\s*/)
    .map((words) => thing(words.replace(/^(?:and|or|then|to) /, '')))
    .filter((words) => words !== '');

/** Quoted words become marks that no pattern splits. */
function withoutQuotes(text: string): { plain: string; quotes: string[] } {
  const quotes: string[] = [];
  const plain = text
    .replace(/["“”]([^"“”]+)["“”]/g, (_, words: string) => `§${quotes.push(words.trim()) - 1}§`)
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/^(what|which|how)'s /, '$1 is ')
    .replace(/[?!.]+\s*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^please /, '')
    .trim();
  return { plain, quotes };
}

function thingOf(words: string, quotes: readonly string[]): string {
  return words
    .replace(/§(\d+)§/g, (_, idx: string) => quotes[Number(idx)] ?? '')
    .trim()
    .replace(/^(?:the|a|an|any|my|that|this|those|these) /, '')
    .replace(/[,:;]$/, '')
    .trim();
}
