// How far a run is, as events carry it.

import type { RunProgress, RunUsage } from '../../contract/commands.ts';
import type { Run, RunStatus } from '../../../projects/format/scene.ts';

/** How a run came to rest. */
export interface Ending {
  status: Exclude<RunStatus, 'running'>;
  message: string | null;
}

export const restingStage = { done: 'Done', paused: 'Paused', cancelled: 'Cancelled', failed: 'Stopped' } as const;

type Known = Pick<
  RunProgress,
  'provider' | 'stage' | 'done' | 'total' | 'fraction' | 'msPerPhoto' | 'rssMb' | 'points'
> & { closingMsLeft: number | null };

/** @param known its fraction is that of the work at hand; null takes that of the photos */
export function progressOf(
  { id, modelId, status }: Run,
  used: RunUsage,
  { closingMsLeft, ...known }: Known,
): RunProgress {
  const { done, total, msPerPhoto } = known;
  const left = total - done;
  return {
    ...known,
    runId: id,
    modelId,
    status,
    fraction: status === 'done' ? 1 : (known.fraction ?? (left > 0 ? done / total : null)),
    msLeft: status !== 'running' ? null : left > 0 && msPerPhoto !== null ? msPerPhoto * left : closingMsLeft,
    used,
  };
}
