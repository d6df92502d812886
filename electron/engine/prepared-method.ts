// A method that is loaded before its run begins: its threads start while photos are read.

import type { Reconstructor } from '../../models/run/reconstructor.ts';
import type { CreateMethod } from './run-session.ts';

type Which = Parameters<CreateMethod>[0];

export class PreparedMethod {
  readonly #create: CreateMethod;
  #prepared: { which: Which; method: Promise<Reconstructor> } | null = null;

  constructor(create: CreateMethod) {
    this.#create = create;
  }

  /** Begins to load it, once. A failure is met by whoever takes it. */
  prepare({ modelId, packFolder, depthPackFolder }: Which): void {
    if (this.#prepared) return;
    const which = { modelId, packFolder, depthPackFolder };
    const method = this.#create(which, () => undefined);
    method.catch(() => undefined);
    this.#prepared = { which, method };
  }

  /** The method that was prepared, or a new one where another is asked for. Each is given away once. */
  readonly take: CreateMethod = async (request, report) => {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (!prepared) return this.#create(request, report);
    const { which, method } = prepared;
    const asked: Which = request;
    if ((Object.keys(which) as (keyof Which)[]).every((key) => which[key] === asked[key])) return method;
    // Its memory is free before another one is loaded.
    await method.then((other) => other.dispose()).catch(() => undefined);
    return this.#create(request, report);
  };
}
