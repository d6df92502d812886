// Reads the constructor expression inside official checkpoints as data: `Name(Other(key=value, …))`. Nothing is evaluated.

export type Literal = number | string | boolean | null | readonly Literal[];

export interface ConstructorCall {
  /** Outermost name. */
  name: string;
  /** Keyword arguments of the outer and all inner calls. */
  options: ReadonlyMap<string, Literal>;
}

const token =
  /\s*(?:([A-Za-z_][\w.]*)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([()[\],=-]))/y;

/** @throws SyntaxError when the text is anything else than nested calls with literal keyword arguments */
export function parseConstructor(text: string): ConstructorCall {
  if (text.length > 20_000) throw new SyntaxError('The expression is too long.');
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== '') {
    const match = token.exec(text);
    if (!match) throw new SyntaxError('The expression is not a call with plain values.');
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4]);
  }
  let at = 0;
  let depth = 0;
  const options = new Map<string, Literal>();
  const expect = (wanted: string): void => {
    if (tokens[at++] !== wanted) throw new SyntaxError(`The expression lacks a “${wanted}”.`);
  };
  const call = (): string => {
    if (++depth > 8) throw new SyntaxError('The expression is nested too deeply.');
    const name = tokens[at++];
    expect('(');
    while (tokens[at] !== ')') {
      if (tokens[at + 1] === '=') {
        const key = tokens[at];
        at += 2;
        options.set(key, literal());
      } else call();
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== ')') throw new SyntaxError('The expression is cut.');
    }
    at++;
    depth--;
    return name;
  };
  const literal = (): Literal => {
    const text = tokens[at++];
    if (text === undefined) throw new SyntaxError('The expression is cut.');
    if (text === '(' || text === '[') {
      if (++depth > 8) throw new SyntaxError('The expression is nested too deeply.');
      const items: Literal[] = [];
      const end = text === '(' ? ')' : ']';
      while (tokens[at] !== end) {
        items.push(literal());
        if (tokens[at] === ',') at++;
        else if (tokens[at] !== end) throw new SyntaxError('The expression is cut.');
      }
      at++;
      depth--;
      return items;
    }
    if (text === '-') return -Number(literal());
    if (/^['"]/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, '$1');
    if (text === 'True') return true;
    if (text === 'False') return false;
    if (text === 'None') return null;
    if (text === 'inf' || text === 'nan') return text === 'inf' ? Infinity : NaN;
    const number = Number(text);
    if (Number.isNaN(number)) throw new SyntaxError(`“${text}” is no plain value.`);
    return number;
  };
  const name = call();
  if (at !== tokens.length) throw new SyntaxError('Something follows the expression.');
  return { name, options };
}
