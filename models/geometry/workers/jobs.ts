// What worker threads of the method are asked and what they answer.

import type { DepthWork } from '../dense/depth-work.ts';
import type { FrontEnd } from '../front-end/front-end.ts';

/** Everything that can be asked, by the name of the function that does it. */
export type Work = Omit<FrontEnd, 'dispose'> & Omit<DepthWork, 'providerLine'>;

export type JobName = keyof Work;

export interface Job<K extends JobName = JobName> {
  name: K;
  input: Parameters<Work[K]>;
}

export type JobResult<K extends JobName> = Awaited<ReturnType<Work[K]>>;

export type WorkerReply =
  | { kind: 'ready' }
  /** `providerLine`: what depth runs on. */
  | { kind: 'done'; value: unknown; providerLine: string }
  | { kind: 'failed'; reason: string };
