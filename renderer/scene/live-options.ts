// What the scene behind the viewport is given, and what it tells of itself.

import type { Vec3 } from '../../projects/format/sim3.ts';

export interface Readout {
  pointsShown: number;
  pointsLoaded: number;
  /** Splats drawn now: fewer while the eye moves over a large scene. */
  splatsShown: number;
  splatsLoaded: number;
  framesPerSecond: number | null;
  unitsPer100Px: number | null;
  depthRange: readonly [number, number] | null;
  heightRange: readonly [number, number] | null;
  /** In world axes. */
  eye: Vec3;
}

export interface LiveViewOptions {
  canvas: HTMLCanvasElement;
  url(what: 'chunk' | 'thumb' | 'photo', id: string): string;
  onReadout(readout: Readout): void;
  /** After each drawn frame: overlays that follow the scene move now. */
  onDrawn(): void;
  onChunkFailed(reason: string): void;
  onPerspective(): void;
}
