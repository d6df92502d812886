// `npm start` without a window, in a process of its own: it can be asked for addresses, and killed like the real one.

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inRepository } from '../../build/sources.ts';

const startLimitMs = 60_000;

export class StudioHost {
  readonly process: ChildProcess;
  readonly dataFolder: string;
  /** Everything it has printed. */
  readonly output: string[] = [];
  readonly #addresses: AsyncGenerator<string>;

  constructor(dataFolder: string) {
    this.dataFolder = dataFolder;
    this.process = spawn(process.execPath, [inRepository('build', 'start.ts'), '--web', '--no-open'], {
      env: { ...process.env, PERMANENCE_DATA: dataFolder },
      stdio: 'pipe',
    });
    this.#addresses = addressesIn(createInterface({ input: this.process.stdout! }), this.output);
    createInterface({ input: this.process.stderr! }).on('line', (line) => this.output.push(line));
  }

  /** The next address with an unused token. @throws Error with the host's output when none comes */
  async address(): Promise<string> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`The host printed no address:\n${this.#said()}`)),
      startLimitMs,
    );
    const next = await Promise.race([this.#addresses.next(), late.promise]).finally(() => clearTimeout(timer));
    if (next.done) throw new Error(`The host ended before it was ready:\n${this.#said()}`);
    return next.value;
  }

  /** Asks for another address as a person does: with Enter. */
  async anotherAddress(): Promise<string> {
    this.process.stdin!.write('\n');
    return this.address();
  }

  /** Resolves when the process has gone; its exit code, or null when a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    return ended;
  }

  #said(): string {
    return this.output.join('\n');
  }
}

async function* addressesIn(lines: AsyncIterable<string>, output: string[]): AsyncGenerator<string> {
  for await (const line of lines) {
    output.push(line);
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)?.[0];
    if (address) yield address;
  }
}
