// How many points to draw: as many as the machine manages at an even rate while things move, and all that are wanted at rest.

const slowFrameMs = 26;
const fastFrameMs = 18;
/** Fewer than this no longer shows the scene. */
const leastPoints = 60_000;
/** A gap this long means that nothing was drawn in between, not that drawing took so long. */
const pauseMs = 600;

export class PointBudget {
  private moving = 400_000;
  private lastMs = -Infinity;
  private smoothedMs: number | null = null;
  /** Most points drawn at rest, as the user chose. */
  most = 4_000_000;

  /** Tells of a drawn frame while the view moves. @param nowMs time stamp of the frame */
  frameDrawn(nowMs: number): void {
    const frameMs = nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (frameMs > pauseMs) return;
    this.smoothedMs = this.smoothedMs === null ? frameMs : this.smoothedMs * 0.8 + frameMs * 0.2;
    if (this.smoothedMs > slowFrameMs) this.moving *= 0.88;
    else if (this.smoothedMs < fastFrameMs) this.moving *= 1.06;
    this.moving = Math.max(leastPoints, Math.min(this.moving, this.most));
  }

  rest(): void {
    this.smoothedMs = null;
    this.lastMs = -Infinity;
  }

  get framesPerSecond(): number | null {
    return this.smoothedMs === null ? null : 1000 / this.smoothedMs;
  }

  /** Share of the available points to draw. */
  share(available: number, isMoving: boolean): number {
    const budget = isMoving ? Math.min(this.moving, this.most) : this.most;
    return available > budget ? budget / available : 1;
  }
}
