// Work on packs that needs an engine process: what this machine runs networks on.

import type { StudioContext } from './context.ts';

/** Best provider on this machine, asked once: `CPU, 2 threads`. */
export async function providerOf(context: StudioContext): Promise<string> {
  const { providers, threads } = await context.sideEngines.get().request('describe', null);
  return providers[0] === 'CPU' ? `CPU, ${threads} threads` : providers[0];
}
