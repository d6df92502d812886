// The heavy part of the method, what looks at pixels: the front end and depth, together on worker threads or on the thread that calls.

import { createDepthWork, type DepthWork } from '../dense/depth-work.ts';
import { openLocalFrontEnd, type FrontEnd } from '../front-end/front-end.ts';
import type { SessionOptions } from '../../run/session.ts';
import { WorkerPool } from './worker-pool.ts';

export interface GeometryWork {
  frontEnd: FrontEnd;
  depth: DepthWork;
  dispose(): Promise<void>;
}

/** Works on the thread that calls. */
export async function openLocalWork(options: SessionOptions = {}): Promise<GeometryWork> {
  const frontEnd = await openLocalFrontEnd(options.threads ?? 1);
  const depth = createDepthWork(options);
  return {
    frontEnd,
    depth,
    async dispose() {
      await frontEnd.dispose();
      await depth.rest();
    },
  };
}

/**
 * Works on so many threads, one photo or pair each.
 * @param options providers for depth; each thread has one thread of the runtime
 * Falls back to the calling thread where worker threads cannot be started.
 */
export async function openWorkers(count: number, options: SessionOptions = {}): Promise<GeometryWork> {
  const pool = new WorkerPool();
  try {
    // One thread each: the workers are the parallelism, and idle threads of the runtime would spin.
    await pool.start(count, { ...options, threads: 1 });
  } catch {
    await pool.dispose();
    return openLocalWork({ ...options, threads: count });
  }
  const frontEnd: FrontEnd = {
    detect: (...input) => pool.ask({ name: 'detect', input }),
    detectWide: (...input) => pool.ask({ name: 'detectWide', input }),
    // Before photos, so that looking ahead never delays the photo at hand.
    countCoarseMatches: (...input) => pool.askFirst({ name: 'countCoarseMatches', input }),
    matches: (...input) => pool.askFirst({ name: 'matches', input }),
    matchPair: (...input) => pool.askFirst({ name: 'matchPair', input }),
    carry: (...input) => pool.askFirst({ name: 'carry', input }),
    matchWide: (...input) => pool.askFirst({ name: 'matchWide', input }),
    dispose: () => pool.dispose(),
  };
  const depth: DepthWork = {
    get providerLine() {
      return pool.providerLine;
    },
    depthOf: (...input) => pool.ask({ name: 'depthOf', input }),
    depthNear: (...input) => pool.ask({ name: 'depthNear', input }),
    confirmed: (...input) => pool.askFirst({ name: 'confirmed', input }),
    points: (...input) => pool.askFirst({ name: 'points', input }),
    besideConfirmed: (...input) => pool.ask({ name: 'besideConfirmed', input }),
    filledPoints: (...input) => pool.askFirst({ name: 'filledPoints', input }),
    rest: () => pool.askAll({ name: 'rest', input: [] }),
  };
  return { frontEnd, depth, dispose: () => pool.dispose() };
}
