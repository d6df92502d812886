// What is said of two runs over the same photos.

import type { Sim3 } from '../../projects/format/sim3.ts';

/** Another run beside the one that is shown: photos placed in both and in one only, and how far their cameras are apart. */
export interface RunComparison {
  both: number;
  onlyShown: number;
  onlyOther: number;
  /** By camera centres (Umeyama 1991); null with fewer than three cameras in common. */
  shownFromOther: Sim3 | null;
  /** After that alignment; distances as shares of the extent of the cameras. null with fewer than three cameras in common. */
  cameras: { medianShare: number; maxShare: number; medianDeg: number; maxDeg: number } | null;
}
