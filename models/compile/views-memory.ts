// How much working memory a network takes that looks at several photos at once.

/** Photos that one look takes in: the new one and five that are known. */
export const defaultViews = 6;

export interface ViewsSize {
  sizePx: number;
  patchPx: number;
  channels: number;
  hidden: number;
  /** Numbers of one patch that heads are given. */
  levels: number;
}

/**
 * MB beside the weights, for photos of 4:3. Attention is computed in blocks and never laid out, so everything grows with the number of views; heads
 * take one view at a time. Each graph keeps what it once needed. Depth Anything 3 small at its full size, on the CPU: 412 MB with one view, 647 with six,
 * 856 with ten were measured (the whole process, at its peak), 543, 812 and 1027 are forecast with its weights.
 */
export function viewsWorkingMb({ sizePx, patchPx, channels, hidden, levels }: ViewsSize, views = defaultViews): number {
  const pixels = sizePx * sizePx * 0.75;
  const tokens = pixels / patchPx ** 2;
  const transformer = views * tokens * (3 * hidden + 8 * channels) * 4;
  // The graph's own copy of what heads need, and the one that is handed over.
  const handed = 2 * views * tokens * levels * 4;
  const head = pixels * 128 * 4 * 3;
  return 60 + (handed + transformer + head) / 1e6;
}
