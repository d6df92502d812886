// `npm start` without a window, in a process of its own: it can be asked for addresses, and killed like the real one.

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inRepository } from '../../build/sources.ts';

const startLimitMs = 180_000;

export class StudioHost {
  readonly process: ChildProcess;
  readonly dataFolder: string;
  /** Everything it has printed. */
  readonly output: string[] = [];
  readonly #unread: string[] = [];
  readonly #ended: Promise<number | null>;
  #wake: () => void = () => undefined;

  constructor(dataFolder: string, environment: Readonly<Record<string, string>> = {}) {
    this.dataFolder = dataFolder;
    this.process = spawn(process.execPath, [inRepository('build', 'start.ts'), '--web', '--no-open'], {
      env: { ...process.env, ...environment, PERMANENCE_DATA: dataFolder },
      stdio: 'pipe',
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
    // `close` comes after the last line, `exit` may come before it.
    this.#ended = new Promise((resolve) => this.process.once('close', resolve));
    void this.#ended.then(() => this.#wake());
  }

  /** The next address with an unused token. @throws Error with the host's output when none comes */
  async address(): Promise<string> {
    const deadline = AbortSignal.timeout(startLimitMs);
    deadline.addEventListener('abort', () => this.#wake());
    while (this.#unread.length === 0) {
      const gone = this.process.exitCode !== null || this.process.signalCode !== null;
      if (gone || deadline.aborted) throw new Error(`The host printed no address:\n${this.output.join('\n')}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#unread.shift()!;
  }

  /** Asks for another address as a person does: with Enter. */
  anotherAddress(): Promise<string> {
    this.process.stdin!.write('\n');
    return this.address();
  }

  /** Resolves when the process has gone; its exit code, or null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal);
    return this.#ended;
  }

  #hear(line: string): void {
    this.output.push(line);
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)?.[0];
    if (!address) return;
    this.#unread.push(address);
    this.#wake();
  }
}
