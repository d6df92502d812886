// Feeds files to the probing process in batches, and takes a file that ends the process out of the way.

import type { ProbedPhoto, ProbeRequest } from '../format/photo-probe.ts';
import { errorOf, fail } from '../format/result.ts';
import { basename } from 'node:path';

export type Probe = (request: ProbeRequest) => Promise<ProbedPhoto[]>;
type File = ProbeRequest['files'][number];

/** A batch should take about so long: short enough for progress and cancel, long enough that its end does not idle the cores. */
const batchMs = 700;
const mostPerBatch = 64;

/**
 * Answers in the order of the files. Two batches are on their way at a time, so that the process never waits for the host.
 * Ends early, without an error, when the signal aborts.
 */
export async function* probeAll<T extends File>(
  files: readonly T[],
  probe: Probe,
  signal: AbortSignal,
): AsyncGenerator<{ file: T; probed: ProbedPhoto }[]> {
  let size = 4;
  let next = 0;
  const launch = (): { batch: readonly T[]; answer: Promise<ProbedPhoto[]>; startMs: number } | null => {
    if (next >= files.length || signal.aborted) return null;
    const batch = files.slice(next, next + size);
    next += batch.length;
    const answer = probeBatch(batch, probe, signal);
    // Awaited one turn later; until then a failure must not count as unhandled.
    answer.catch(() => undefined);
    return { batch, answer, startMs: performance.now() };
  };
  let current = launch();
  let following = launch();
  while (current) {
    const answers = await current.answer;
    // A batch waits behind the one before it, so two of them share the measured time.
    const ms = (performance.now() - current.startMs) / 2;
    size = Math.max(
      2,
      Math.min(mostPerBatch, Math.round((current.batch.length * batchMs) / Math.max(ms, 1)), size * 2),
    );
    const { batch } = current;
    current = following;
    following = launch();
    // What was read before a cancel counts; what the cancel cut off stays pending.
    if (answers.length > 0) yield batch.slice(0, answers.length).map((file, idx) => ({ file, probed: answers[idx] }));
  }
}

/** A batch that fails as a whole (the process died) is asked again photo by photo; one that fails twice alone is to blame. */
async function probeBatch(batch: readonly File[], probe: Probe, signal: AbortSignal): Promise<ProbedPhoto[]> {
  try {
    return await probe({ files: batch.map(plain) });
  } catch {
    const answers: ProbedPhoto[] = [];
    for (const file of batch) {
      if (signal.aborted) return answers;
      answers.push(await probeAlone(file, probe));
    }
    return answers;
  }
}

async function probeAlone(file: File, probe: Probe): Promise<ProbedPhoto> {
  for (let attempt = 1; ; attempt++)
    try {
      return (await probe({ files: [plain(file)] }))[0];
    } catch (error) {
      if (attempt < 2) continue;
      const reason = `reading it ended the reading process (${errorOf(error).sentence})`;
      return {
        ok: false,
        photoId: file.photoId,
        error: fail('photo-unreadable', { name: basename(file.path), reason }).error,
      };
    }
}

/** Without what the caller hangs on the file: messages stay small. */
const plain = ({ path, photoId, thumbPath }: File): File => ({ path, photoId, thumbPath });
