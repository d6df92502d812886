// Fair timing on a machine that others use too: the parties take turns, and of each the fastest turn counts.

export interface Turn {
  wallMs: number;
  /** Processor time of all threads: unlike the wall clock it does not grow while others have the processor. */
  cpuMs: number;
}

/** One run of this process. With several threads the waiting of ONNX Runtime's threads for each other counts as processor time. */
export async function ownTurn(work: () => Promise<unknown>): Promise<Turn> {
  const start = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(start);
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 };
}

/** Every party once per round. @returns the fastest turn of each, by processor time */
export async function fastestTurns(
  parties: Readonly<Record<string, () => Promise<Turn>>>,
  rounds: number,
): Promise<Record<string, Turn>> {
  const best: Record<string, Turn> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, take] of Object.entries(parties)) {
      const turn = await take();
      if (!(name in best) || turn.cpuMs < best[name].cpuMs) best[name] = turn;
    }
  return best;
}
