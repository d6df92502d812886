// How anything answers across a border: a value, or an error as data (a thrown error would lose all but its message).

import { sentences, type ErrorCode } from './errors.ts';

export interface StudioError {
  code: ErrorCode;
  /** One sentence for the user. */
  sentence: string;
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: StudioError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** An error with its sentence; `details` fill the {placeholders} of the sentence. */
export function fail(
  code: ErrorCode,
  details: Readonly<Record<string, string | number>> = {},
): { ok: false; error: StudioError } {
  return { ok: false, error: { code, sentence: fillIn(sentences[code], details) } };
}

/** Thrown inside one process where returning a Result through many layers would hide the logic; turned into a Result at the border. */
export class StudioFailure extends Error {
  override name = 'StudioFailure';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}) {
    super(fillIn(sentences[code], details));
    this.code = code;
  }

  /** An error that came across a border as data, to be thrown on this side with its sentence as it is. */
  static from({ code, sentence }: StudioError): StudioFailure {
    const failure = new StudioFailure(code);
    failure.message = sentence;
    return failure;
  }
}

/** The border: whatever was thrown becomes an error with a code. */
export function errorOf(thrown: unknown): StudioError {
  if (thrown instanceof StudioFailure) return { code: thrown.code, sentence: thrown.message };
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', sentence: fillIn(sentences.internal, { reason }) };
}

/** Reasons come from everywhere; the sentence ends with one full stop whether theirs does or not. */
function fillIn(sentence: string, details: Readonly<Record<string, string | number>>): string {
  const filled = sentence.replace(/\{(\w+)\}/g, (whole, key: string) => String(details[key] ?? whole)).trimEnd();
  return /[.!?…]$/.test(filled) ? filled : `${filled}.`;
}
