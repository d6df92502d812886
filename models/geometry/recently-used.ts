// What can be had again but is dear to make: held up to so many bytes, and what was not used for longest goes first.

interface Held<V> {
  value: V;
  bytes: number;
  usedAt: number;
}

export class RecentlyUsed<K, V> {
  readonly #mostBytes: number;
  readonly #held = new Map<K, Held<V>>();
  #bytes = 0;
  #now = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: K): V | undefined {
    const held = this.#held.get(key);
    if (held) held.usedAt = ++this.#now;
    return held?.value;
  }

  /** The newest is held even when it is larger than the limit. */
  set(key: K, value: V, bytes: number): void {
    this.delete(key);
    this.#held.set(key, { value, bytes, usedAt: ++this.#now });
    this.#bytes += bytes;
    while (this.#bytes > this.#mostBytes && this.#held.size > 1) this.#dropOldest();
  }

  delete(key: K): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }

  /** Looks through all: what is held is large, and so is what making it costs. */
  #dropOldest(): void {
    let oldest: K | undefined;
    let usedAt = Infinity;
    for (const [key, held] of this.#held) {
      if (held.usedAt >= usedAt) continue;
      oldest = key;
      usedAt = held.usedAt;
    }
    if (oldest !== undefined) this.delete(oldest);
  }
}
