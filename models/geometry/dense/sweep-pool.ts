// The sweep on several worker threads: photos side by side, and the calling thread stays free.

import { Worker } from 'node:worker_threads';
import type { SessionOptions } from '../../run/session.ts';
import type { SweepJob, SweepReply } from './sweep-jobs.ts';
import type { DepthMap } from './depth-map.ts';
import { createDepthSweep, type DepthSweep } from './sweep.ts';

interface Waiting {
  job: SweepJob;
  resolve(map: DepthMap): void;
  reject(reason: Error): void;
}

/**
 * @param workers threads that sweep one photo each; 0 sweeps on the calling thread with `options.threads`.
 * Falls back to the calling thread where worker threads cannot be started.
 */
export async function openSweep(workers: number, options: SessionOptions): Promise<DepthSweep> {
  if (workers === 0) return createDepthSweep(options);
  const pool = new SweepPool();
  try {
    // One thread each: the workers are the parallelism, and idle threads of the runtime would spin.
    await pool.start(workers, { ...options, threads: 1 });
    return pool;
  } catch {
    await pool.dispose();
    return createDepthSweep(options);
  }
}

class SweepPool implements DepthSweep {
  providerLine = '';
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<Worker, Waiting>();

  async start(count: number, options: SessionOptions): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#startOne(options)));
  }

  #startOne(options: SessionOptions): Promise<void> {
    // The source tree runs TypeScript as it is; a build puts the compiled worker beside this module.
    const file = import.meta.url.endsWith('.ts') ? './sweep-worker.ts' : './sweep-worker.mjs';
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
      this.#workers.push(worker);
      worker.on('message', (reply: SweepReply) => {
        if (reply.kind === 'ready') {
          worker.unref();
          resolve();
        } else this.#finish(worker, reply);
        this.#idle.push(worker);
        this.#next();
      });
      worker.on('error', (error: Error) => {
        reject(error);
        this.#workers.splice(this.#workers.indexOf(worker), 1);
        this.#running.get(worker)?.reject(error);
        this.#running.delete(worker);
        // Nobody is left who could answer.
        if (this.#workers.length === 0) for (const waiting of this.#queue.splice(0)) waiting.reject(error);
      });
    });
  }

  depthOf(...[reference, neighbours, range]: Parameters<DepthSweep['depthOf']>): Promise<DepthMap> {
    return this.#ask({ kind: 'full', reference, neighbours: neighbours.slice(0, 4), range });
  }

  depthNear(...[reference, neighbours, prior, relativeBand]: Parameters<DepthSweep['depthNear']>): Promise<DepthMap> {
    return this.#ask({ kind: 'band', reference, neighbours: neighbours.slice(0, 4), prior, relativeBand });
  }

  async dispose(): Promise<void> {
    for (const waiting of this.#queue.splice(0)) waiting.reject(new Error('The sweep was closed.'));
    await Promise.all(
      this.#workers.splice(0).map((worker) => {
        const gone = new Promise((resolve) => worker.once('exit', resolve));
        worker.ref();
        worker.postMessage('close');
        return gone;
      }),
    );
  }

  #ask(job: SweepJob): Promise<DepthMap> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop() as Worker;
      const waiting = this.#queue.shift() as Waiting;
      this.#running.set(worker, waiting);
      // A worker keeps the process alive only while it works.
      worker.ref();
      worker.postMessage(waiting.job);
    }
  }

  #finish(worker: Worker, reply: SweepReply): void {
    const waiting = this.#running.get(worker);
    this.#running.delete(worker);
    worker.unref();
    if (reply.kind === 'depth') {
      this.providerLine = reply.providerLine;
      waiting?.resolve(reply.map);
    } else waiting?.reject(new Error(reply.kind === 'failed' ? reply.reason : reply.kind));
  }
}
