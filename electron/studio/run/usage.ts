// What a run uses: time in all and inside the model, memory, and how long the rest may take.

import type { RunUsage } from '../../contract/commands.ts';
import type { StepReply } from '../../contract/engine.ts';

/** Weight of the newest photo in the running mean: the rate follows a change within a few photos and stays calm otherwise. */
const newestShare = 0.2;

export class UsageMeter {
  readonly #startedAtMs = performance.now();
  #modelMs = 0;
  #firstPointsMs: number | null = null;
  #peakRssMb: number | null = null;
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
