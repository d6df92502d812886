// The optimiser's jobs on worker threads that share the splats, or on the calling thread where threads cannot start.

import { Worker } from 'node:worker_threads';
import { ViewKernel, type KernelJob, type KernelReply, type SharedSplats } from './view-kernel.ts';

export interface Kernels {
  /** How many jobs run side by side. */
  readonly width: number;
  /** All jobs, side by side; replies in their order. */
  run(jobs: readonly KernelJob[]): Promise<KernelReply[]>;
  dispose(): Promise<void>;
}

/** @param workers threads; 0 works on the calling thread */
export async function openKernels(shared: SharedSplats, workers: number): Promise<Kernels> {
  if (workers === 0) return localKernels(shared);
  const pool = new KernelPool();
  try {
    await pool.start(shared, workers);
    return pool;
  } catch {
    await pool.dispose();
    return localKernels(shared);
  }
}

function localKernels(shared: SharedSplats): Kernels {
  const kernel = new ViewKernel(shared);
  return {
    width: 1,
    async run(jobs) {
      const replies: KernelReply[] = [];
      for (const job of jobs) {
        // Whoever shares this thread gets a turn between two jobs.
        await new Promise((resolve) => setImmediate(resolve));
        replies.push(kernel.run(job));
      }
      return replies;
    },
    async dispose() {},
  };
}

class KernelPool implements Kernels {
  readonly #workers: Worker[] = [];

  get width(): number {
    return this.#workers.length;
  }

  async start(shared: SharedSplats, count: number): Promise<void> {
    // The source tree runs TypeScript as it is; a build puts the compiled worker beside this module.
    const file = import.meta.url.endsWith('.ts') ? './kernel-worker.ts' : './kernel-worker.mjs';
    for (let i = 0; i < count; i++)
      this.#workers.push(new Worker(new URL(file, import.meta.url), { workerData: shared }));
    await Promise.all(this.#workers.map((worker) => answerOf(worker)));
    // A worker keeps the process alive only while it works.
    for (const worker of this.#workers) worker.unref();
  }

  async run(jobs: readonly KernelJob[]): Promise<KernelReply[]> {
    const replies = new Array<KernelReply>(jobs.length);
    let next = 0;
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let i = next++; i < jobs.length; i = next++) {
          worker.ref();
          const answer = answerOf<KernelReply>(worker);
          worker.postMessage(jobs[i]);
          replies[i] = await answer;
          worker.unref();
        }
      }),
    );
    return replies;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }
}

/** The next message of a worker; rejects when it fails first. */
function answerOf<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: T): void => {
      worker.off('error', onError);
      resolve(message);
    };
    const onError = (error: Error): void => {
      worker.off('message', onMessage);
      reject(error);
    };
    worker.once('message', onMessage);
    worker.once('error', onError);
  });
}
