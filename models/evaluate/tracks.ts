// Scores of point tracks in a video: OA, APD and AJ as in TAP-Vid.
//
// C. Doersch et al., "TAP-Vid: a benchmark for tracking any point in a video", NeurIPS 2022. Distances are in pixels of a 256×256 picture,
// thresholds 1, 2, 4, 8, 16; the query frame itself is not scored.

const thresholdsPx = [1, 2, 4, 8, 16] as const;

export interface ScoredTrack {
  queryFrameIdx: number;
  /** Per frame: true and predicted place, in pixels of the picture, and whether the point is to be seen. */
  frames: readonly {
    truth: { xPx: number; yPx: number; visible: boolean };
    prediction: { xPx: number; yPx: number; visible: boolean };
  }[];
}

export interface TrackScores {
  /** Share of frames whose visibility is told right. */
  occlusionAccuracy: number;
  /** Average over the thresholds of the share of truly visible points that are placed within it. */
  averagePointsWithin: number;
  /** Average over the thresholds of true positives / (true positives + false positives + false negatives). */
  averageJaccard: number;
}

/** @param pictureSize size of the pictures the pixels belong to; distances are scaled to 256×256 per axis. */
export function trackScores(
  tracks: readonly ScoredTrack[],
  pictureSize: { widthPx: number; heightPx: number },
): TrackScores {
  const sx = 256 / pictureSize.widthPx;
  const sy = 256 / pictureSize.heightPx;
  let scored = 0;
  let visibilityRight = 0;
  let trulyVisible = 0;
  let predictedVisible = 0;
  const within = thresholdsPx.map(() => 0);
  const truePositive = thresholdsPx.map(() => 0);
  for (const track of tracks)
    track.frames.forEach(({ truth, prediction }, frameIdx) => {
      if (frameIdx === track.queryFrameIdx) return;
      scored++;
      if (truth.visible === prediction.visible) visibilityRight++;
      if (truth.visible) trulyVisible++;
      if (prediction.visible) predictedVisible++;
      const distance = Math.hypot((truth.xPx - prediction.xPx) * sx, (truth.yPx - prediction.yPx) * sy);
      thresholdsPx.forEach((threshold, k) => {
        if (!truth.visible || !(distance < threshold)) return;
        within[k]++;
        if (prediction.visible) truePositive[k]++;
      });
    });
  // False positives: predicted visible, but hidden or too far. Together with the true positives they are all predicted visible ones;
  // false negatives with true positives are all truly visible ones.
  const jaccard = truePositive.map((hits) => hits / (trulyVisible + predictedVisible - hits));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    occlusionAccuracy: visibilityRight / scored,
    averagePointsWithin: mean(within.map((hits) => hits / trulyVisible)),
    averageJaccard: mean(jaccard),
  };
}
