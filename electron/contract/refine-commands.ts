// Commands that make the shown run better: its cameras adjusted by tracks, its splats polished against the photos.

import type { Polish } from '../../projects/format/polish.ts';
import type { Refinement } from '../../projects/format/refinement.ts';
import { none } from './schemas.ts';

export const refineInputs = {
  /** Adjusts the cameras of the newest run by tracks between its photos; also happens by itself when a run wants it. */
  'refine.run': none,
  'refine.undo': none,
  'refine.redo': none,
  /** Fits the splats to the photos; answers when it is done. Ends with `cancelled` after `polish.cancel`. */
  'polish.run': none,
  'polish.cancel': none,
  'polish.undo': none,
  'polish.redo': none,
} as const;

export interface RefineOutputs {
  'refine.run': Refinement;
  'refine.undo': Refinement | null;
  'refine.redo': Refinement | null;
  'polish.run': Polish;
  'polish.cancel': null;
  'polish.undo': Polish | null;
  'polish.redo': Polish | null;
}

/** How far a polish is. */
export interface PolishStage {
  stage: string;
  /** 0…1; null when unknown. */
  fraction: number | null;
}
