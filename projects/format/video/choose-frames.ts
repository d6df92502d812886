// Chooses the frames of a video that are worth being photos: one per stretch of camera motion, the sharpest of it.

export interface Candidate {
  timeMs: number;
  /** Any measure that falls with blur; only compared with its neighbours in time. */
  sharpness: number;
  /** Motion since the candidate before, as a share of the picture's width. */
  motion: number;
}

/** Seconds between two candidates, at least: motion between them stays within reach, and one of a few is sharp. */
export const candidateGapS = 0.0999;
/** A new photo for every tenth of the width that the picture has moved: neighbours share about nine tenths of what they see. */
const motionPerPhoto = 0.1;
/** Where nothing moves but time, one photo for so long: scenes may move before a camera that stands. */
const longestGapMs = 1000;
/** Longer videos are taken in wider steps. */
const mostPhotos = 300;
/** A stretch whose best frame is less than half as sharp as the frames around it is blurred as a whole, and left out. */
const leastRelativeSharpness = 0.5;
const neighbourhoodMs = 2000;

export interface FrameChoice {
  /** Indices of the chosen candidates, in order. */
  chosen: number[];
  /** Stretches that were left out. */
  blurred: number;
}

export function chooseFrames(candidates: readonly Candidate[], most = mostPhotos): FrameChoice {
  // How far along the way each candidate is, in photos: by motion, or by time where it is slower.
  const along: number[] = [];
  let way = 0;
  candidates.forEach(({ timeMs, motion }, idx) => {
    const gapMs = idx > 0 ? timeMs - candidates[idx - 1].timeMs : 0;
    way += Math.max(idx > 0 ? motion / motionPerPhoto : 0, gapMs / longestGapMs);
    along.push(way);
  });
  const step = Math.max(1, (way + 1) / most);
  const relative = relativeSharpness(candidates);
  const chosen: number[] = [];
  let blurred = 0;
  for (let first = 0; first < candidates.length;) {
    const stretch = Math.floor(along[first] / step);
    let end = first;
    let best = first;
    for (; end < candidates.length && Math.floor(along[end] / step) === stretch; end++)
      if (relative[end] > relative[best]) best = end;
    if (relative[best] >= leastRelativeSharpness) chosen.push(best);
    else blurred++;
    first = end;
  }
  return { chosen, blurred };
}

/** Sharpness over the median of the neighbourhood: what the camera sees changes the measure as much as blur does. */
function relativeSharpness(candidates: readonly Candidate[]): number[] {
  let from = 0;
  let to = 0;
  return candidates.map(({ timeMs, sharpness }) => {
    while (candidates[from].timeMs < timeMs - neighbourhoodMs) from++;
    while (to < candidates.length && candidates[to].timeMs <= timeMs + neighbourhoodMs) to++;
    const sorted = candidates
      .slice(from, to)
      .map((neighbour) => neighbour.sharpness)
      .sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1];
    return median > 0 ? sharpness / median : 1;
  });
}

/** What the user is told about the choice. @param name of the video @param count of its candidates */
export function choiceNotices(name: string, count: number, { chosen, blurred }: FrameChoice): string[] {
  const notices = [`${chosen.length} of about ${count} frames of ${name} were chosen by sharpness and motion.`];
  if (blurred > 0) notices.push(`${blurred} stretches of ${name} are blurred and were left out.`);
  if (chosen.length >= mostPhotos)
    notices.push(`${name} is long: its frames are further apart, so that there are no more than ${mostPhotos}.`);
  return notices;
}
