// How surely a place on a surface is known: by how precisely it was picked, and by what the photos that saw it say.

/** One photo's word on a place. */
export interface Sight {
  /** How far from the eye the photo itself puts the surface there, minus where the place is; world units along the view. */
  residual: number;
  /** Distance from the eye, world units. */
  depth: number;
  /** 0…1 */
  confidence: number;
}

/** Depth of one photo alone is no better than this share of it; more photos and more trust make it better. */
const depthShare = 0.005;

/**
 * One standard deviation of a place, world units: √(pick² + surface²). The surface's part is the spread of the views around the place
 * (1.4826 × median of |residual|, which is the standard deviation of a normal distribution), but not less than half a percent of the
 * nearest distance over √views and over the mean confidence, since views of one run err together.
 * @param precision one standard deviation of picking
 */
export function placeSigma(precision: number, sights: readonly Sight[]): number {
  if (sights.length === 0) return precision;
  const residuals = sights.map(({ residual }) => Math.abs(residual)).sort((a, b) => a - b);
  const spread = sights.length < 3 ? Math.max(...residuals) : 1.4826 * residuals[residuals.length >> 1];
  const trust = sights.reduce((sum, { confidence }) => sum + confidence, 0) / sights.length;
  const nearest = Math.min(...sights.map(({ depth }) => depth));
  const least = (depthShare * nearest) / Math.sqrt(sights.length) / Math.max(0.25, trust);
  return Math.hypot(precision, Math.max(spread, least));
}
