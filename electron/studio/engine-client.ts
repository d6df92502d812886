// One engine process seen from the host: requests by number, answers as promises, and its death as an error.

import type {
  EngineProgressReport,
  EngineReplyMessage,
  EngineRequestName,
  EngineRequests,
} from '../contract/engine.ts';
import type { StudioError } from '../../projects/format/result.ts';
import type { EngineProcess } from './options.ts';

/** The process ended before it answered. */
export class EngineGone extends Error {
  override name = 'EngineGone';

  /** It did not die: the studio wanted it to end. */
  get endedByStudio(): boolean {
    return this.message === byStudio;
  }

  /** How it ended, as people are told. */
  get reason(): string {
    if (this.message === 'signal SIGKILL') return 'the system ended it, as it does when memory runs out.';
    if (this.message.startsWith('code ')) return `it stopped by itself (${this.message}).`;
    return `${this.message}.`;
  }
}

const byStudio = 'ended by the studio';

/** The engine answered with an error; the process lives on. */
export class EngineRefusal extends Error {
  override name = 'EngineRefusal';
  readonly error: StudioError;
  constructor(error: StudioError) {
    super(error.sentence);
    this.error = error;
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((progress: EngineProgressReport) => void) | null;
}

export class EngineClient {
  readonly #process: EngineProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextSeq = 1;
  #ending: string | null = null;

  constructor(process: EngineProcess) {
    this.#process = process;
    process.onMessage((message) => this.#receive(message as EngineReplyMessage));
    process.onExit((reason) => this.#end(reason));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get alive(): boolean {
    return this.#ending === null;
  }

  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * There is no time limit: a big model may think for minutes, and a dead process says so by itself.
   * @throws EngineGone, EngineRefusal
   */
  request<K extends EngineRequestName>(
    request: K,
    input: EngineRequests[K]['input'],
    onProgress: ((progress: EngineProgressReport) => void) | null = null,
  ): Promise<EngineRequests[K]['output']> {
    if (this.#ending !== null) return Promise.reject(new EngineGone(this.#ending));
    const seq = this.#nextSeq++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(seq, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      this.#process.send({ seq, request, input });
    });
  }

  kill(): void {
    this.#end(byStudio);
    this.#process.kill();
  }

  #receive(message: EngineReplyMessage): void {
    const waiting = this.#waiting.get(message.seq);
    if (!waiting) return;
    if ('progress' in message) {
      waiting.onProgress?.(message.progress);
      return;
    }
    this.#waiting.delete(message.seq);
    if ('error' in message) waiting.reject(new EngineRefusal(message.error));
    else waiting.resolve(message.reply);
  }

  #end(reason: string): void {
    this.#ending ??= reason;
    for (const { reject } of this.#waiting.values()) reject(new EngineGone(this.#ending));
    this.#waiting.clear();
  }
}
