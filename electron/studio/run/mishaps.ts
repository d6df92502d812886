// What to do when the engine dies or fails at something: try again from the last saved state, give up on a photo, or stop.

import type { ErrorCode } from '../../../projects/format/errors.ts';
import { errorOf, fail, StudioFailure, type StudioError } from '../../../projects/format/result.ts';
import { EngineGone, EngineRefusal } from '../engine-client.ts';

/** What the engine was doing: meeting a photo, or one of the other parts of a run. */
export type Activity = { kind: 'photo'; photoId: string } | { kind: 'begin' | 'settle' | 'save' };

export type Verdict =
  /** Start the engine again from the last saved state. */
  | 'restart'
  /** The photo is at fault: mark it failed; the engine lives on. */
  | 'fail-photo'
  /** The same, and the engine must start again. */
  | 'fail-photo-and-restart'
  /** The saved state cannot be read: forget it and begin from the one before. */
  | 'drop-state'
  /** Do without the closing work. */
  | 'skip-settling'
  /** Nothing is lost, but the user has to act first. */
  | 'pause'
  | 'fail-run';

/** How often the same thing may fail in a row before it is given up. */
const attempts = { photo: 2, begin: 3, settle: 2, save: 3 } as const;

/** Errors that are about one photo and leave the engine's state as it was. */
const photoCodes: ReadonlySet<ErrorCode> = new Set(['photo-missing', 'photo-unreadable', 'photo-replaced']);
/** Errors that the user can lift. */
const pauseCodes: ReadonlySet<ErrorCode> = new Set(['disk-full', 'project-not-writable']);
/** Errors at the beginning that trying again does not lift. */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
  'model-unknown',
  'model-damaged',
  'model-cannot-reconstruct',
  'run-failed',
  'run-too-few-photos',
  'bad-input',
]);

export class Mishaps {
  readonly #counts = new Map<string, number>();

  /** Judges one failure. A fault of the studio itself, which trying again does not lift, fails the run. */
  judge(activity: Activity, error: unknown): Verdict {
    const code = error instanceof EngineRefusal ? error.error.code : error instanceof StudioFailure ? error.code : null;
    if (code !== null && pauseCodes.has(code)) return 'pause';
    if (!(error instanceof EngineGone || error instanceof EngineRefusal)) return 'fail-run';
    if (activity.kind === 'photo' && code !== null && photoCodes.has(code)) return 'fail-photo';
    if (activity.kind === 'begin' && code === 'state-damaged') return 'drop-state';
    if (activity.kind === 'begin' && code !== null && finalCodes.has(code)) return 'fail-run';
    const key = keyOf(activity);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count < attempts[activity.kind]) return 'restart';
    if (activity.kind === 'photo') return 'fail-photo-and-restart';
    return activity.kind === 'settle' ? 'skip-settling' : 'fail-run';
  }

  /** It went well: later troubles with the same thing count afresh. */
  succeeded(activity: Activity): void {
    this.#counts.delete(keyOf(activity));
  }
}

const keyOf = (activity: Activity): string => (activity.kind === 'photo' ? `photo ${activity.photoId}` : activity.kind);

/** What went wrong, as the user is told. */
export function problemOf(error: unknown): StudioError {
  if (error instanceof EngineRefusal) return error.error;
  if (error instanceof EngineGone) return fail('engine-gone', { reason: error.reason }).error;
  return errorOf(error);
}
