// The front end on several worker threads; pairs go before photos, so that looking ahead never delays the photo at hand.

import { Worker } from 'node:worker_threads';
import { openLocalFrontEnd, type FrontEnd } from './front-end.ts';
import type { FrontEndJob, FrontEndReply } from './messages.ts';

interface Waiting {
  job: FrontEndJob;
  resolve(reply: FrontEndReply): void;
  reject(reason: Error): void;
}

/** Falls back to the calling thread where worker threads cannot be started. */
export async function openFrontEnd(threads: number): Promise<FrontEnd> {
  try {
    return await FrontEndPool.open(threads);
  } catch {
    return openLocalFrontEnd(threads);
  }
}

class FrontEndPool implements FrontEnd {
  private readonly workers: Worker[] = [];
  private readonly idle: Worker[] = [];
  private readonly pairs: Waiting[] = [];
  private readonly photos: Waiting[] = [];
  private readonly running = new Map<Worker, Waiting>();

  static async open(threads: number): Promise<FrontEndPool> {
    const pool = new FrontEndPool();
    await Promise.all(Array.from({ length: threads }, () => pool.start()));
    return pool;
  }

  private start(): Promise<void> {
    // The source tree runs TypeScript as it is; a build puts the compiled worker beside this module.
    const file = import.meta.url.endsWith('.ts') ? './front-end-worker.ts' : './front-end-worker.mjs';
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL(file, import.meta.url));
      worker.unref();
      this.workers.push(worker);
      worker.on('message', (reply: FrontEndReply) => {
        if (reply.kind === 'ready') resolve();
        else this.finish(worker, reply);
        this.idle.push(worker);
        this.next();
      });
      worker.on('error', (error: Error) => {
        reject(error);
        const waiting = this.running.get(worker);
        this.running.delete(worker);
        waiting?.reject(error);
      });
    });
  }

  async detect(image: Parameters<FrontEnd['detect']>[0]): ReturnType<FrontEnd['detect']> {
    const reply = await this.ask(this.photos, { kind: 'detect', image });
    if (reply.kind !== 'features') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.features;
  }

  async matchPair(...[a, b, options]: Parameters<FrontEnd['matchPair']>): ReturnType<FrontEnd['matchPair']> {
    const reply = await this.ask(this.pairs, { kind: 'match', a, b, options });
    if (reply.kind !== 'pair') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.pair;
  }

  async countCoarseMatches(...[a, b]: Parameters<FrontEnd['countCoarseMatches']>): Promise<number> {
    const reply = await this.ask(this.pairs, { kind: 'coarse', a, b });
    if (reply.kind !== 'count') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.count;
  }

  async carry(...[a, b, pictures, pair]: Parameters<FrontEnd['carry']>): ReturnType<FrontEnd['carry']> {
    const reply = await this.ask(this.pairs, { kind: 'carry', a, b, pictures, pair });
    if (reply.kind !== 'carried') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.points;
  }

  async detectWide(...[image, own]: Parameters<FrontEnd['detectWide']>): ReturnType<FrontEnd['detectWide']> {
    const reply = await this.ask(this.photos, { kind: 'detect-wide', image, own });
    if (reply.kind !== 'wide-features') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.wide;
  }

  async matchWide(...[a, b]: Parameters<FrontEnd['matchWide']>): ReturnType<FrontEnd['matchWide']> {
    const reply = await this.ask(this.pairs, { kind: 'match-wide', a, b });
    if (reply.kind !== 'pair') throw new Error(reply.kind === 'failed' ? reply.reason : reply.kind);
    return reply.pair;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private ask(queue: Waiting[], job: FrontEndJob): Promise<FrontEndReply> {
    return new Promise((resolve, reject) => {
      queue.push({ job, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    while (this.idle.length > 0) {
      const waiting = this.pairs.shift() ?? this.photos.shift();
      if (!waiting) return;
      const worker = this.idle.pop() as Worker;
      this.running.set(worker, waiting);
      // A worker keeps the process alive only while it works.
      worker.ref();
      worker.postMessage(waiting.job);
    }
  }

  private finish(worker: Worker, reply: FrontEndReply): void {
    const waiting = this.running.get(worker);
    this.running.delete(worker);
    worker.unref();
    waiting?.resolve(reply);
  }
}
