// The language of the query bar: words, quotes, and, or, not, parentheses. Words side by side mean "and"; a comma means "or".
//
//   query  = either { ("or" | "," | "|") either }
//   either = unary { ["and" | "&"] unary }
//   unary  = ("not" | "-" | "without") unary | "(" query ")" | "\"" words "\"" | word

import { StudioFailure } from '../../projects/format/result.ts';

export type Expression =
  { kind: 'term'; words: string } | { kind: 'not'; of: Expression } | { kind: 'and' | 'or'; of: Expression[] };

/** Words that carry no meaning of their own in a question. */
const fillers = new Set([
  'the',
  'a',
  'an',
  'all',
  'any',
  'every',
  'of',
  'is',
  'are',
  'that',
  'which',
  'with',
  'find',
  'show',
  'me',
  'where',
  'things',
  'please',
]);
const notWords = new Set(['not', '-', 'without', 'except', 'no']);
const orWords = new Set(['or', ',', '|']);
const andWords = new Set(['and', '&', '+']);

/**
 * @param joins tells whether two words side by side are one term of the lexicon ("dining table")
 * @throws StudioFailure bad-input when the question is empty or its parentheses do not match
 */
export function parseQuery(text: string, joins: (phrase: string) => boolean = () => false): Expression {
  const tokens = tokenize(text, joins);
  let at = 0;
  const failed = (reason: string): StudioFailure => new StudioFailure('bad-input', { reason });

  function query(): Expression {
    const of = [either()];
    while (at < tokens.length && !tokens[at].quoted && orWords.has(tokens[at].text)) {
      at++;
      of.push(either());
    }
    return of.length === 1 ? of[0] : { kind: 'or', of };
  }
  function either(): Expression {
    const of = [unary()];
    while (at < tokens.length) {
      const { text: word, quoted } = tokens[at];
      if (!quoted && (orWords.has(word) || word === ')')) break;
      if (!quoted && andWords.has(word)) at++;
      of.push(unary());
    }
    return of.length === 1 ? of[0] : { kind: 'and', of };
  }
  function unary(): Expression {
    const token = tokens[at++];
    if (token === undefined) throw failed('a word is missing at the end of the question.');
    if (token.quoted) return { kind: 'term', words: token.text };
    if (notWords.has(token.text)) return { kind: 'not', of: unary() };
    if (token.text === '(') {
      const inner = query();
      if (tokens[at++]?.text !== ')') throw failed('a parenthesis is not closed.');
      return inner;
    }
    if (token.text === ')' || orWords.has(token.text) || andWords.has(token.text))
      throw failed(`“${token.text}” stands where a word was expected.`);
    return { kind: 'term', words: token.text };
  }

  if (tokens.length === 0) throw failed('type a word to look for.');
  if (tokens.length > 64) throw failed('the question has more than 64 words.');
  const expression = query();
  if (at < tokens.length) throw failed('a parenthesis is not opened.');
  return expression;
}

interface Token {
  text: string;
  quoted: boolean;
}

function tokenize(text: string, joins: (phrase: string) => boolean): Token[] {
  const raw: Token[] = [];
  for (const [, quoted, mark, word] of text
    .toLowerCase()
    .matchAll(/["“”]([^"“”]*)["“”]|([(),|&+?!.;:])|([^\s(),|&+?!.;:"“”]+)/g)) {
    if (quoted !== undefined && quoted.trim() !== '') raw.push({ text: quoted.trim(), quoted: true });
    else if (mark !== undefined && '(),|&+'.includes(mark)) raw.push({ text: mark, quoted: false });
    else if (word?.startsWith('-') && word.length > 1)
      raw.push({ text: '-', quoted: false }, { text: word.slice(1), quoted: false });
    else if (word !== undefined) raw.push({ text: word, quoted: false });
  }
  const tokens: Token[] = [];
  for (let i = 0; i < raw.length; i++) {
    const next = raw[i + 1];
    if (!raw[i].quoted && next !== undefined && !next.quoted && joins(`${raw[i].text} ${next.text}`)) {
      tokens.push({ text: `${raw[i].text} ${next.text}`, quoted: false });
      i++;
    } else if (raw[i].quoted || !fillers.has(raw[i].text)) tokens.push(raw[i]);
  }
  return tokens;
}

/** The different terms of an expression, in order of first appearance. */
export function termsOf(expression: Expression): string[] {
  if (expression.kind === 'term') return [expression.words];
  const inner = expression.kind === 'not' ? [expression.of] : expression.of;
  return [...new Set(inner.flatMap(termsOf))];
}

/**
 * Fuzzy truth of an expression (Zadeh 1965): and = smallest, or = largest, not = 1 − x.
 * @param truthOf truth 0…1 of a term
 */
export function evaluate(expression: Expression, truthOf: (words: string) => number): number {
  switch (expression.kind) {
    case 'term':
      return truthOf(expression.words);
    case 'not':
      return 1 - evaluate(expression.of, truthOf);
    case 'and':
      return Math.min(...expression.of.map((part) => evaluate(part, truthOf)));
    case 'or':
      return Math.max(...expression.of.map((part) => evaluate(part, truthOf)));
  }
}
