// One worker thread of the sweep: a job in, its depth out, one after the other; `close` ends it.

import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SessionOptions } from '../../run/session.ts';
import type { SweepJob, SweepReply } from './sweep-jobs.ts';
import type { DepthMap } from './depth-map.ts';
import { createDepthSweep } from './sweep.ts';

const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
const sweep = createDepthSweep(workerData as SessionOptions);

port.on('message', (job: SweepJob | 'close') => {
  if (job === 'close') {
    void sweep.dispose().finally(() => port.close());
    return;
  }
  void perform(job)
    .then(
      (map) => {
        const reply: SweepReply = { kind: 'depth', map, providerLine: sweep.providerLine };
        port.postMessage(reply, [map.depth.buffer as ArrayBuffer, map.confidence.buffer as ArrayBuffer]);
      },
      (thrown: unknown) => {
        const reply: SweepReply = { kind: 'failed', reason: thrown instanceof Error ? thrown.message : String(thrown) };
        port.postMessage(reply);
      },
    )
    // The process ends without warning: what was compiled is kept now.
    .finally(flushCompileCache);
});
const ready: SweepReply = { kind: 'ready' };
port.postMessage(ready);

function perform(job: SweepJob): Promise<DepthMap> {
  const { reference, neighbours } = job;
  if (job.kind === 'band') return sweep.depthNear(reference, neighbours, job.prior, job.relativeBand);
  return sweep.depthOf(reference, neighbours, job.range);
}
