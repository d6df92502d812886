// What a run uses: time in all and inside the model, memory, and how long the rest may take.

import type { RunUsage } from '../../contract/commands.ts';
import type { StepReply } from '../../contract/engine.ts';
import type { ClosingWork } from '../../../projects/format/closing-work.ts';

/** Weight of the newest photo in the running mean: the rate follows a change within a few photos and stays calm otherwise. */
const newestShare = 0.2;

export class UsageMeter {
  readonly #startedAtMs = performance.now();
  #modelMs = 0;
  #firstPointsMs: number | null = null;
  #peakRssMb: number | null = null;
  /** Where the present stage of the closing work was when it began, and when that was. */
  #closing: { atMs: number; first: ClosingWork; now: ClosingWork } | null = null;
  rssMb: number | null = null;
  msPerPhoto: number | null = null;

  add(reply: StepReply, durationMs: number | null): void {
    this.#modelMs += reply.timing.modelMs;
    this.rssMb = reply.rssMb;
    this.#peakRssMb = Math.max(this.#peakRssMb ?? 0, reply.peakRssMb);
    if (durationMs !== null)
      this.msPerPhoto =
        this.msPerPhoto === null ? durationMs : this.msPerPhoto + newestShare * (durationMs - this.msPerPhoto);
  }

  /** @param work what the method does next; null when it meets photos or does not say */
  closes(work: ClosingWork | null): void {
    // Stages count different things: pieces of one say nothing of the time that another takes.
    const goesOn = this.#closing !== null && work !== null && this.#closing.now.total === work.total;
    if (this.#closing && goesOn && work) this.#closing.now = work;
    else this.#closing = work && { atMs: performance.now(), first: work, now: work };
  }

  /** Whether the method has said what it does after the last photo. */
  get closing(): boolean {
    return this.#closing !== null;
  }

  /** Time that the present stage of the closing work still takes; null while nothing is known of it. */
  get closingMsLeft(): number | null {
    if (!this.#closing) return null;
    const { atMs, first, now } = this.#closing;
    const done = now.done - first.done;
    return done > 0 ? ((performance.now() - atMs) / done) * (now.total - now.done) : null;
  }

  pointsArrived(): void {
    this.#firstPointsMs ??= performance.now() - this.#startedAtMs;
  }

  snapshot(): RunUsage {
    return {
      elapsedMs: performance.now() - this.#startedAtMs,
      modelMs: this.#modelMs,
      firstPointsMs: this.#firstPointsMs,
      peakRssMb: this.#peakRssMb,
    };
  }
}
