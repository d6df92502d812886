// One worker thread of the optimiser: a job in, its reply out, one after the other.

import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { ViewKernel, type KernelJob, type SharedSplats } from './view-kernel.ts';

const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
const kernel = new ViewKernel(workerData as SharedSplats);

port.on('message', (job: KernelJob) => {
  port.postMessage(kernel.run(job));
  if (job.kind !== 'gradient' && job.kind !== 'step') flushCompileCache();
});
port.postMessage('ready');
