// The canvas and its clock: draws only when something asks for it, keeps the size right, survives a lost graphics context.

import { Color, Scene, WebGLRenderer } from 'three';
import type { Vec3 } from '../../projects/format/sim3.ts';

export interface StageOptions {
  canvas: HTMLCanvasElement;
  /** Moves things by the time since the last frame. @returns true when another frame is wanted */
  onFrame(deltaS: number, nowMs: number): boolean;
  onResize(widthPx: number, heightPx: number): void;
  onContextRestored(): void;
}

export class Stage {
  readonly renderer: WebGLRenderer;
  readonly scene = new Scene();
  widthPx = 1;
  heightPx = 1;
  private readonly options: StageOptions;
  private readonly observer: ResizeObserver;
  private requested = 0;
  private lastMs: number | null = null;
  private suspended = false;
  /** Signalled when the GPU has drawn the last frame. */
  private drawing: WebGLSync | null = null;

  /** @throws when the browser has no WebGL 2 */
  constructor(options: StageOptions) {
    this.options = options;
    this.renderer = new WebGLRenderer({ canvas: options.canvas, antialias: true, powerPreference: 'high-performance' });
    this.scene.background = new Color();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(options.canvas.parentElement ?? options.canvas);
    options.canvas.addEventListener('webglcontextrestored', () => {
      options.onContextRestored();
      this.invalidate();
    });
    this.resize();
  }

  get pixelRatio(): number {
    return this.renderer.getPixelRatio();
  }

  /** @returns the colour as sRGB 0…255 */
  setBackground(color: string): Vec3 {
    const background = (this.scene.background as Color).set(color);
    this.invalidate();
    const hex = background.getHex();
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  }

  /** While the canvas is lent to a film, the stage does not draw on it. */
  lend(isLent: boolean): void {
    this.suspended = isLent;
    if (!isLent) this.resize();
  }

  /** Asks for one more frame. */
  invalidate(): void {
    if (this.requested === 0) this.requested = requestAnimationFrame((nowMs) => this.frame(nowMs));
  }

  private frame(nowMs: number): void {
    this.requested = 0;
    if (this.suspended) return;
    // A frame that the GPU has not finished is not chased by another one: the queue stays short, and the time between frames
    // is the time that drawing really takes.
    if (!this.isDrawn()) return this.invalidate();
    // After a pause the clock starts at a normal frame, so that nothing leaps.
    const deltaS = this.lastMs === null ? 1 / 60 : Math.min(0.1, (nowMs - this.lastMs) / 1000);
    this.lastMs = nowMs;
    const more = this.options.onFrame(deltaS, nowMs);
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    this.drawing = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (more) this.invalidate();
    else this.lastMs = null;
  }

  private isDrawn(): boolean {
    if (!this.drawing) return true;
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    if (!gl.isContextLost() && gl.getSyncParameter(this.drawing, gl.SYNC_STATUS) === gl.UNSIGNALED) return false;
    gl.deleteSync(this.drawing);
    this.drawing = null;
    return true;
  }

  private resize(): void {
    if (this.suspended) return;
    const { canvas } = this.options;
    const box = (canvas.parentElement ?? canvas).getBoundingClientRect();
    this.widthPx = Math.max(1, Math.round(box.width));
    this.heightPx = Math.max(1, Math.round(box.height));
    this.renderer.setPixelRatio(Math.min(globalThis.devicePixelRatio || 1, 2));
    this.renderer.setSize(this.widthPx, this.heightPx, false);
    this.options.onResize(this.widthPx, this.heightPx);
    this.invalidate();
  }

  dispose(): void {
    cancelAnimationFrame(this.requested);
    this.observer.disconnect();
    this.renderer.dispose();
    // Browsers keep only a few contexts alive; this one's memory is given back now and not when it is collected.
    this.renderer.forceContextLoss();
  }
}
