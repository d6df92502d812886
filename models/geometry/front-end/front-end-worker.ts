// One worker thread of the front end: a job in, its result out, one after the other.

import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { Features } from '../features/features.ts';
import { openLocalFrontEnd } from './front-end.ts';
import type { FrontEndJob, FrontEndReply } from './messages.ts';
import { sharedBytes, sharedFloats } from './shared-memory.ts';

const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
const reply = (message: FrontEndReply): void => port.postMessage(message);
// One thread each: the workers are the parallelism, and idle threads of the runtime would spin.
const frontEnd = await openLocalFrontEnd(1);

port.on('message', (job: FrontEndJob) => {
  void perform(job)
    .then(reply, (thrown: unknown) =>
      reply({ kind: 'failed', reason: thrown instanceof Error ? thrown.message : String(thrown) }),
    )
    // Threads end without warning as well.
    .finally(flushCompileCache);
});
reply({ kind: 'ready' });

async function perform(job: FrontEndJob): Promise<FrontEndReply> {
  if (job.kind === 'detect') return { kind: 'features', features: shared(await frontEnd.detect(job.image)) };
  if (job.kind === 'coarse') return { kind: 'count', count: await frontEnd.countCoarseMatches(job.a, job.b) };
  if (job.kind === 'carry')
    return { kind: 'carried', points: await frontEnd.carry(job.a, job.b, job.pictures, job.pair) };
  if (job.kind === 'detect-wide') return { kind: 'wide-features', wide: await frontEnd.detectWide(job.image, job.own) };
  if (job.kind === 'match-wide') return { kind: 'pair', pair: await frontEnd.matchWide(job.a, job.b) };
  return { kind: 'pair', pair: await frontEnd.matchPair(job.a, job.b, job.options) };
}

/** Features in shared memory: every later pair job reads them without a copy. */
function shared(features: Features): Features {
  return {
    ...features,
    xPx: sharedFloats(features.xPx),
    yPx: sharedFloats(features.yPx),
    scalePx: sharedFloats(features.scalePx),
    orientation: sharedFloats(features.orientation),
    descriptors: sharedBytes(features.descriptors),
    colors: sharedBytes(features.colors),
  };
}
