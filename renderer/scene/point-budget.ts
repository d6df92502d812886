// How many points or splats to draw: as many as the machine manages at an even rate while things move, and all that are wanted at rest.

const slowFrameMs = 26;
const fastFrameMs = 18;
/** Fewer than this no longer shows the scene. */
const leastPoints = 60_000;

export class PointBudget {
  private moving: number;
  private lastMs: number | null = null;
  private lastFrameMs = 0;
  private smoothedMs: number | null = null;
  /** Most drawn at rest, as the user chose. */
  most = 4_000_000;
  /** Most drawn while things move, however fast the machine is. */
  private readonly mostMoving: number;

  constructor(moving = 400_000, mostMoving = Infinity) {
    this.moving = moving;
    this.mostMoving = mostMoving;
  }

  /**
   * Tells of a drawn frame while the view moves.
   * @param nowMs time stamp of the frame
   * @param isUpToDate false while an earlier number is still drawn: its time says nothing of this one
   */
  frameDrawn(nowMs: number, isUpToDate = true): void {
    if (this.lastMs !== null) this.measured(nowMs - this.lastMs, isUpToDate);
    this.lastMs = nowMs;
  }

  private measured(frameMs: number, isUpToDate: boolean): void {
    this.smoothedMs = this.smoothedMs === null ? frameMs : this.smoothedMs * 0.8 + frameMs * 0.2;
    // One slow frame is an accident, two are too much work.
    const steadyMs = Math.min(frameMs, this.lastFrameMs);
    this.lastFrameMs = frameMs;
    if (!isUpToDate) return;
    if (steadyMs > slowFrameMs) this.moving *= Math.max(0.5, Math.min(0.88, slowFrameMs / steadyMs));
    else if (this.smoothedMs < fastFrameMs) this.moving *= 1.06;
    this.moving = Math.max(leastPoints, Math.min(this.moving, this.most, this.mostMoving));
  }

  rest(): void {
    this.smoothedMs = null;
    this.lastMs = null;
    this.lastFrameMs = 0;
  }

  get framesPerSecond(): number | null {
    return this.smoothedMs === null ? null : 1000 / this.smoothedMs;
  }

  /** How many may be drawn now. */
  now(isMoving: boolean): number {
    return isMoving ? Math.min(this.moving, this.most) : this.most;
  }
}
