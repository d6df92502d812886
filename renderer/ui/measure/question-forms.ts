// The ten kinds of questions about space as forms: words of the user go between the parts.

export interface QuestionForm {
  name: string;
  /** One more than hints. */
  parts: readonly string[];
  hints: readonly string[];
}

const standing = ['standing at ', ' facing ', ', is '] as const;
const standingHints = ['where you stand', 'what you face', 'what is asked for'] as const;

export const questionForms: readonly QuestionForm[] = [
  { name: 'How many', parts: ['how many ', ' are there'], hints: ['things'] },
  { name: 'How far apart', parts: ['how far is ', ' from ', ''], hints: ['one thing', 'another thing'] },
  { name: 'How large', parts: ['how large is ', ''], hints: ['thing'] },
  { name: 'Size of the room', parts: ['how large is the room'], hints: [] },
  {
    name: 'Which is nearest',
    parts: ['which is nearest to ', ': ', ' or ', ''],
    hints: ['to what', 'one thing', 'another thing'],
  },
  { name: 'Left or right', parts: [...standing, ' left or right'], hints: standingHints },
  { name: 'Left, right or behind', parts: [...standing, ' left, right or behind me'], hints: standingHints },
  {
    name: 'In which quadrant',
    parts: ['standing at ', ' facing ', ', where is ', ''],
    hints: standingHints,
  },
  {
    name: 'Route',
    parts: ['route from ', ' facing ', ' to ', ' then ', ''],
    hints: ['where you start', 'what you face', 'first stop', 'second stop'],
  },
  {
    name: 'Order of appearance',
    parts: ['in which order do ', ', ', ' and ', ' appear'],
    hints: ['one thing', 'a second', 'a third'],
  },
];
