// How long the closing work of a run still takes, told from the pieces that are done.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UsageMeter } from '../../../../../electron/studio/run/usage.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const depth = (done: number): Parameters<UsageMeter['closes']>[0] => ({ stage: `Depth ${done}`, done, total: 10 });

describe('The time that closing work still takes', () => {
  test('is unknown before a piece is done, and then follows the pieces', () => {
    const usage = new UsageMeter();
    expect(usage.closingMsLeft).toBeNull();
    usage.closes(depth(0));
    vi.advanceTimersByTime(2000);
    expect(usage.closingMsLeft).toBeNull();
    usage.closes(depth(1));
    expect(usage.closingMsLeft).toBe(9 * 2000);
    vi.advanceTimersByTime(4000);
    usage.closes(depth(2));
    expect(usage.closingMsLeft).toBe(8 * 3000);
  });

  test('counts from where it went on, not from what an earlier start had done', () => {
    const usage = new UsageMeter();
    usage.closes(depth(6));
    vi.advanceTimersByTime(1000);
    usage.closes(depth(7));
    expect(usage.closingMsLeft).toBe(3 * 1000);
  });

  test('begins anew with another stage, and is gone when photos are met again', () => {
    const usage = new UsageMeter();
    usage.closes({ stage: 'Looking again', done: 0, total: 4 });
    vi.advanceTimersByTime(50_000);
    usage.closes(depth(0));
    expect(usage.closingMsLeft).toBeNull();
    vi.advanceTimersByTime(1000);
    usage.closes(depth(5));
    expect(usage.closingMsLeft).toBe(1000);
    usage.closes(null);
    expect(usage.closingMsLeft).toBeNull();
  });
});
