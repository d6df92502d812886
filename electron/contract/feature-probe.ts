// What a comparison of image encoders on a scene says (models/evaluate/feature-probe).

/** How photos that were left out look: means over them. */
export interface ProbedViews {
  /** Decibels. */
  psnr: number;
  ssim: number;
}

/** What the features of one encoder know of the scene. */
export interface ProbedEncoder {
  /** Id of the pack; null for the place and colour of pixels, which every encoder should beat. */
  modelId: string | null;
  name: string;
  /** Numbers of a feature. */
  dim: number;
  /** With depth, shape and opacity of the splats read out of features; with their colours; with all of it. */
  geometry: ProbedViews;
  texture: ProbedViews;
  all: ProbedViews;
  /** Depth read out for photos that were left out, against the run's own. */
  depth: { absRel: number; delta125: number };
  seconds: number;
}

export interface FeatureProbe {
  /** Photos whose features were read, and photos that were left out. */
  photos: number;
  held: number;
  splats: number;
  /** The splats as they are: what no readout can be better than. */
  scene: ProbedViews;
  encoders: ProbedEncoder[];
}
