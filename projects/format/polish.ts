// A polish of a run's splats: what it brought. The splats before it stay on disk, so that it can be taken back.

import type { RunId } from './scene.ts';

/** How splats show photos before and after: means over the photos, on the pixels that splats covered before. */
export interface PolishFigures {
  photos: number;
  /** Decibels. */
  psnrBefore: number;
  psnrAfter: number;
  /** −1…1 */
  ssimBefore: number;
  ssimAfter: number;
}

export interface PolishReport {
  splats: number;
  /** Photos that the splats were fitted to. */
  used: PolishFigures;
  /** Photos that were kept out, drawn without the splats made from them: what a view from elsewhere gains. */
  held: PolishFigures;
  seconds: number;
}

export interface Polish {
  id: string;
  runId: RunId;
  createdAtMs: number;
  report: PolishReport;
  undone: boolean;
}

/** What a polish did, as one sentence. */
export function sentenceOfPolish({ used, held }: PolishReport): string {
  const change = (before: number, after: number): string => `from ${before.toFixed(1)} to ${after.toFixed(1)} dB`;
  return (
    `Polished the splats: photos kept out are shown better, ${change(held.psnrBefore, held.psnrAfter)}; ` +
    `the ${used.photos} photos used, ${change(used.psnrBefore, used.psnrAfter)}.`
  );
}
