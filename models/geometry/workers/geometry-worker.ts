// One worker thread of the method: a job in, its result out, one after the other.

import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SessionOptions } from '../../run/session.ts';
import type { DepthMap } from '../dense/depth-map.ts';
import type { Features } from '../features/features.ts';
import type { Job, Work, WorkerReply } from './jobs.ts';
import { sharedBytes, sharedFloats } from './shared-memory.ts';
import { openLocalWork } from './work.ts';

const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
const { frontEnd, depth } = await openLocalWork(workerData as SessionOptions);

const work: Work = {
  detect: async (...input) => sharedFeatures(await frontEnd.detect(...input)),
  countCoarseMatches: (...input) => frontEnd.countCoarseMatches(...input),
  matches: (...input) => frontEnd.matches(...input),
  matchPair: (...input) => frontEnd.matchPair(...input),
  carry: (...input) => frontEnd.carry(...input),
  detectWide: (...input) => frontEnd.detectWide(...input),
  matchWide: (...input) => frontEnd.matchWide(...input),
  depthOf: async (...input) => sharedDepth(await depth.depthOf(...input)),
  depthNear: async (...input) => sharedDepth(await depth.depthNear(...input)),
  confirmed: (...input) => depth.confirmed(...input),
  points: (...input) => depth.points(...input),
  besideConfirmed: async (...input) => sharedDepth(await depth.besideConfirmed(...input)),
  filledPoints: (...input) => depth.filledPoints(...input),
  rest: () => depth.rest(),
};

const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

port.on('message', (job: Job) => {
  void (work[job.name] as (...input: unknown[]) => Promise<unknown>)(...job.input)
    .then(
      (value) => reply({ kind: 'done', value, providerLine: depth.providerLine }, ownBuffers(value)),
      (thrown: unknown) => reply({ kind: 'failed', reason: thrown instanceof Error ? thrown.message : String(thrown) }),
    )
    // Threads end without warning as well.
    .finally(flushCompileCache);
});
reply({ kind: 'ready' });

/** Features in shared memory: every later pair job reads them without a copy. */
function sharedFeatures(features: Features): Features {
  return {
    ...features,
    xPx: sharedFloats(features.xPx),
    yPx: sharedFloats(features.yPx),
    scalePx: sharedFloats(features.scalePx),
    descriptors: sharedBytes(features.descriptors),
    colors: sharedBytes(features.colors),
  };
}

/** The depth of a photo checks that of up to eight others. */
const sharedDepth = (map: DepthMap): DepthMap => ({
  ...map,
  depth: sharedFloats(map.depth),
  confidence: sharedFloats(map.confidence),
});

/** Memory of a result that is handed over instead of copied. */
function ownBuffers(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const buffers = Object.values(value).flatMap((part: unknown) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
  );
  return [...new Set(buffers)];
}
