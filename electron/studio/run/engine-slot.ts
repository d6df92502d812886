// The engine process of runs: started when it is needed, kept warm afterwards, replaced when it has died.

import { EngineClient } from '../engine-client.ts';
import type { EngineProcess } from '../options.ts';

export class EngineSlot {
  readonly #spawn: () => EngineProcess;
  readonly #staysWarm: boolean;
  #client: EngineClient | null = null;

  /** @param staysWarm it has more to do than the work that has just ended */
  constructor(spawn: () => EngineProcess, { staysWarm = false } = {}) {
    this.#spawn = spawn;
    this.#staysWarm = staysWarm;
  }

  /** The living engine, or a new one. */
  get(): EngineClient {
    if (!this.#client?.alive) this.#client = new EngineClient(this.#spawn());
    return this.#client;
  }

  /** The living engine, or null; never starts one. */
  get current(): EngineClient | null {
    return this.#client?.alive ? this.#client : null;
  }

  /** Gives its memory back unless somebody waits for an answer; the next request starts it again. */
  endWhenIdle(): void {
    if (this.#client?.busy === false && !this.#staysWarm) this.end();
  }

  end(): void {
    this.#client?.kill();
    this.#client = null;
  }
}
