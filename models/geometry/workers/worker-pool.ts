// Threads that share jobs: each takes the next one when it is through.

import { Worker } from 'node:worker_threads';
import type { SessionOptions } from '../../run/session.ts';
import type { Job, JobName, JobResult, WorkerReply } from './jobs.ts';

interface Waiting {
  job: Job;
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

interface Member {
  worker: Worker;
  running: Waiting | null;
  /** Jobs that only this one is to do, before all others. */
  own: Waiting[];
}

export class WorkerPool {
  /** What depth runs on, once something has run. */
  providerLine = '';
  readonly #members: Member[] = [];
  readonly #first: Waiting[] = [];
  readonly #queue: Waiting[] = [];

  /** @throws what keeps a thread from starting */
  async start(count: number, options: SessionOptions): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#startOne(options)));
  }

  ask<K extends JobName>(job: Job<K>): Promise<JobResult<K>> {
    return this.#enqueue(this.#queue, job);
  }

  /** Before everything that was asked by `ask`. */
  askFirst<K extends JobName>(job: Job<K>): Promise<JobResult<K>> {
    return this.#enqueue(this.#first, job);
  }

  /** Every thread does it, after what it is at. */
  async askAll(job: Job): Promise<void> {
    await Promise.all(this.#members.map(({ own }) => this.#enqueue(own, job)));
  }

  async dispose(): Promise<void> {
    const members = this.#members.splice(0);
    const closed = new Error('The worker threads were closed.');
    for (const { running, own } of members) for (const waiting of [running, ...own]) waiting?.reject(closed);
    for (const waiting of [...this.#first.splice(0), ...this.#queue.splice(0)]) waiting.reject(closed);
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  }

  #startOne(options: SessionOptions): Promise<void> {
    // The source tree runs TypeScript as it is; a build puts the compiled worker beside this module.
    const file = import.meta.url.endsWith('.ts') ? './geometry-worker.ts' : './geometry-worker.mjs';
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
      const member: Member = { worker, running: null, own: [] };
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') {
          // A worker keeps the process alive only while it works.
          worker.unref();
          this.#members.push(member);
          resolve();
        } else this.#finish(member, reply);
        this.#next();
      });
      worker.on('error', (error: Error) => {
        reject(error);
        this.#lose(member, error);
      });
    });
  }

  #enqueue<K extends JobName>(queue: Waiting[], job: Job<K>): Promise<JobResult<K>> {
    return new Promise((resolve, reject) => {
      queue.push({ job: job as Job, resolve: resolve as (value: unknown) => void, reject });
      this.#next();
    });
  }

  #next(): void {
    for (const member of this.#members) {
      if (member.running) continue;
      member.running = member.own.shift() ?? this.#first.shift() ?? this.#queue.shift() ?? null;
      if (!member.running) continue;
      member.worker.ref();
      member.worker.postMessage(member.running.job);
    }
  }

  #finish(member: Member, reply: WorkerReply): void {
    const waiting = member.running;
    member.running = null;
    member.worker.unref();
    if (reply.kind === 'done') {
      if (reply.providerLine !== '') this.providerLine = reply.providerLine;
      waiting?.resolve(reply.value);
    } else waiting?.reject(new Error(reply.kind === 'failed' ? reply.reason : reply.kind));
  }

  #lose(member: Member, error: Error): void {
    const idx = this.#members.indexOf(member);
    if (idx >= 0) this.#members.splice(idx, 1);
    for (const waiting of [member.running, ...member.own]) waiting?.reject(error);
    // Nobody is left who could answer.
    if (this.#members.length === 0)
      for (const waiting of [...this.#first.splice(0), ...this.#queue.splice(0)]) waiting.reject(error);
  }
}
