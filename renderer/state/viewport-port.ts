// What actions may ask of the viewport. `ui/Viewport.svelte` provides it; nobody else knows the scene.

import type { PathView } from '../../projects/format/camera-path.ts';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';

export const axisViews = ['front', 'back', 'right', 'left', 'top', 'bottom'] as const;
export type AxisView = (typeof axisViews)[number];

export interface FilmRequest {
  viewAt(seconds: number): PathView;
  seconds: number;
  framesPerSecond: number;
  widthPx: number;
  heightPx: number;
  format: 'mp4' | 'webm' | 'gif';
  onProgress(share: number): void;
  signal: AbortSignal;
}

export interface ViewportPort {
  /** Moves the camera so that all visible points are in view. */
  frameAll(): void;
  framePhotos(ids: readonly PhotoId[]): void;
  /** Brings places of the world into view. */
  framePlaces(places: readonly Vec3[]): void;
  /** Goes to where the photo was taken from, a little behind it. */
  flyTo(id: PhotoId): void;
  lookFrom(view: AxisView): void;
  /** The box the user has drawn, in camera axes of every frame with points in it; empty when there is none. */
  boxesDrawn(): FrameBox[];
  clearTool(): void;
  /** The view on the screen, in world axes. */
  viewNow(): PathView;
  /** Puts the eye exactly there until `leaveView`. */
  showView(view: PathView): void;
  leaveView(): void;
  flyToView(view: PathView): void;
  /** A picture as PNG. */
  still(view: PathView, widthPx: number, heightPx: number): Promise<Blob>;
  record(film: FilmRequest): Promise<Blob>;
}
