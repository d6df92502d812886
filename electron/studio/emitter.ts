// Passes events from the core to whoever listens: windows, sockets, the terminal.

import type { StudioEvent, StudioEventName, StudioEvents } from '../contract/events.ts';

export class Emitter {
  readonly #listeners = new Set<(event: StudioEvent) => void>();

  subscribe(listener: (event: StudioEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit<K extends StudioEventName>(name: K, payload: StudioEvents[K]): void {
    const event = { name, payload } as StudioEvent;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A broken listener must not stop a run.
        console.error('A listener failed:', error);
      }
    }
  }
}
