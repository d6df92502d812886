// What is left of a thing's name where no language pack is there: colours and surfaces are known, nouns are not.

import { termsOf, parseQuery } from '../../../models/language/expression.ts';
import { createLexicon } from '../../../models/language/lexicon.ts';

const lexicon = createLexicon();
/** Nouns that say nothing more of a thing than that it is one. */
const anything = new Set(['thing', 'things', 'object', 'objects', 'item', 'items', 'piece', 'pieces']);

/**
 * The words as they can be asked. Without a pack, unknown nouns beside a known colour or surface are left out, and a notice says so;
 * where nothing would be left, or the words are joined by and, or, not, they stay as they are and the question itself answers.
 * @param notices is added to
 */
export function knownWords(words: string, hasPack: boolean, notices: string[]): string {
  const all = words.split(/\s+/);
  const specific = all.filter((word) => !anything.has(word.toLowerCase()));
  const text = specific.length > 0 ? specific.join(' ') : 'everything';
  if (hasPack || specific.length < 2 || /["()|&,]|\b(?:and|or|not|without)\b/i.test(text)) return text;
  const terms = termsOf(parseQuery(text, lexicon.joins));
  const known = terms.filter((term) => lexicon.conceptOf(term) !== null);
  const names = known.some((term) => !['position', 'size', 'all'].includes(lexicon.conceptOf(term)?.kind ?? ''));
  if (known.length === terms.length || !names) return text;
  const unknown = terms.filter((term) => !known.includes(term)).map((term) => `“${term}”`);
  const notice = `${unknown.join(' and ')} means nothing without a language pack: the other words alone were asked.`;
  if (!notices.includes(notice)) notices.push(notice);
  return known.join(' ');
}
