// How the scene is looked at: colours, filters, sizes, layers. Changing it never changes data.

export const colourModes = ['photo', 'confidence', 'frame', 'depth', 'height', 'normal', 'error', 'moving'] as const;
export type ColourMode = (typeof colourModes)[number];

export const frameFilters = ['all', 'one', 'upto'] as const;
export type FrameFilter = (typeof frameFilters)[number];

export class ViewState {
  colourMode = $state<ColourMode>('photo');
  /** Factor on the size at which points just close a surface. */
  pointSize = $state(1);
  /** Most points, and most splats, drawn while nothing moves. */
  pointBudget = $state(4_000_000);
  /** 0…1: points below are not drawn. */
  minConfidence = $state(0);
  frameFilter = $state<FrameFilter>('all');
  showPoints = $state(true);
  showSplats = $state(false);
  showCameras = $state(true);
  showPhotosInCameras = $state(true);
  showInferred = $state(true);
  /** Surfaces seen from behind; without them one looks into a room from outside. */
  showBacks = $state(false);
  showGrid = $state(true);
  /** Factor on the size of the camera frusta. */
  cameraSize = $state(1);
  orthographic = $state(false);
  /** Photo and render side by side, with a divider. */
  split = $state(false);
  /** Place of the divider, share of the viewport's width. */
  splitAt = $state(0.5);

  reset(): void {
    this.minConfidence = 0;
    this.frameFilter = 'all';
    this.orthographic = false;
    this.split = false;
  }
}

/** What the viewport tells about what it shows. */
export interface ViewReadout {
  pointsShown: number;
  pointsLoaded: number;
  splatsShown: number;
  splatsLoaded: number;
  framesPerSecond: number | null;
  /** Length in world units of 100 px at the point the camera turns around; null while there is no scene. */
  unitsPer100Px: number | null;
  /** Range of the colour mode that is on, in its own unit. */
  range: readonly [number, number] | null;
  /** Where the eye is, in world axes. */
  eye: readonly [number, number, number];
}
