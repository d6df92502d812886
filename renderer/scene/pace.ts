// Whether the view moves or rests, and how many points and splats may be drawn for it.

import { PointBudget } from './point-budget.ts';

/** Without movement for this long, all that is wanted is drawn. */
const restAfterMs = 220;
/** Splats drawn when the view first moves, before anything is known of the machine. */
const startSplats = 1_500_000;
/** More splats than this take longer to be sorted than a moving view forgives. */
const mostMovingSplats = 2_500_000;

export class Pace {
  private readonly points = new PointBudget();
  private readonly splats = new PointBudget(startSplats, mostMovingSplats);
  private readonly invalidate: () => void;
  private lastChangeMs = 0;
  private lastMoveMs = 0;
  private restTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(invalidate: () => void) {
    this.invalidate = invalidate;
  }

  /** @param most points, and splats, drawn at rest */
  setMost(most: number): void {
    this.points.most = this.splats.most = most;
  }

  /** Something visible changed: draw, and draw in full once it is quiet. */
  changed(): void {
    this.lastChangeMs = performance.now();
    this.invalidate();
    if (this.restTimer) clearTimeout(this.restTimer);
    this.restTimer = setTimeout(this.invalidate, restAfterMs + 10);
  }

  eyeMoved(): void {
    this.lastMoveMs = performance.now();
    this.changed();
  }

  /** @param splatsUpToDate whether the last frame drew as many splats as were asked for; null where none are shown */
  frame(nowMs: number, showsPoints: boolean, splatsUpToDate: boolean | null): FramePace {
    const isMoving = performance.now() - this.lastChangeMs < restAfterMs;
    // New colours and newly sorted splats are no reason to show fewer of them.
    const isEyeMoving = performance.now() - this.lastMoveMs < restAfterMs;
    if (isMoving && showsPoints) this.points.frameDrawn(nowMs);
    else this.points.rest();
    if (isEyeMoving && splatsUpToDate !== null) this.splats.frameDrawn(nowMs, splatsUpToDate);
    else this.splats.rest();
    return {
      points: this.points.now(isMoving),
      splats: this.splats.now(isEyeMoving),
      isEyeMoving,
      framesPerSecond: this.points.framesPerSecond ?? this.splats.framesPerSecond,
    };
  }

  dispose(): void {
    if (this.restTimer) clearTimeout(this.restTimer);
  }
}

export interface FramePace {
  /** How many may be drawn. */
  points: number;
  splats: number;
  isEyeMoving: boolean;
  /** Null at rest. */
  framesPerSecond: number | null;
}
