// Progress on stderr: one line that is drawn over on a terminal, plain lines now and then elsewhere.

/** Elsewhere than on a terminal a new line comes at most so often, so that logs stay readable. */
const msBetweenLines = 2000;
const barCells = 24;

export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #drawn = false;
  #lastLineMs = -Infinity;

  constructor(output: ProgressOutput = process.stderr, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  /** @param fraction 0…1, or null while it is not known */
  show(stage: string, fraction: number | null, details: string): void {
    const text = details === '' ? stage : `${stage} · ${details}`;
    if (this.#output.isTTY) {
      const line = `${bar(fraction)} ${text}`.slice(0, (this.#output.columns ?? 80) - 1);
      this.#output.write(`\r${line}\u001b[K`);
      this.#drawn = true;
      return;
    }
    const now = this.#now();
    if (now - this.#lastLineMs < msBetweenLines) return;
    this.#lastLineMs = now;
    this.#output.write(`${text}\n`);
  }

  /** A sentence of its own that stays. */
  say(sentence: string): void {
    if (this.#drawn) this.#output.write('\r\u001b[K');
    this.#drawn = false;
    this.#output.write(`${sentence}\n`);
  }

  /** Clears the line, so that what follows stands alone. */
  end(): void {
    if (this.#drawn) this.#output.write('\r\u001b[K');
    this.#drawn = false;
  }
}

function bar(fraction: number | null): string {
  if (fraction === null) return `[${'·'.repeat(barCells)}]`;
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * barCells);
  return `[${'█'.repeat(full)}${'·'.repeat(barCells - full)}]`;
}

/** `4 s`, `2 min`, `1 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
