// Listens to what the web host tells a page, so that a story can wait for facts instead of for time.

import type { Page } from 'playwright-core';
import type { CommandOutputs } from '../../electron/contract/commands.ts';
import type { StudioEvents } from '../../electron/contract/events.ts';
import type { HostMessage } from '../../electron/web/protocol.ts';
import type { Frame, Run } from '../../projects/format/scene.ts';

export class HostLog {
  readonly #frames = new Map<string, Frame>();
  #run: Run | null = null;
  readonly notices: StudioEvents['notice'][] = [];
  readonly #watchers = new Set<() => void>();

  constructor(page: Page) {
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        this.#read(JSON.parse(String(payload)) as HostMessage);
        for (const watcher of this.#watchers) watcher();
      }),
    );
  }

  get placedFrames(): number {
    return [...this.#frames.values()].filter(({ status }) => status === 'placed').length;
  }

  get runStatus(): Run['status'] | null {
    return this.#run?.status ?? null;
  }

  /** Resolves as soon as the condition holds. @throws Error that says what did not come */
  until(condition: (log: HostLog) => boolean, what: string, timeoutMs: number): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        settle();
      };
      const watcher = (): void => {
        if (condition(this)) end(resolve);
      };
      const timer = setTimeout(() => end(() => reject(new Error(this.#late(what, timeoutMs)))), timeoutMs);
      this.#watchers.add(watcher);
    });
  }

  #late(what: string, timeoutMs: number): string {
    const said = this.notices.map(({ sentence }) => sentence).join(' ');
    return `After ${timeoutMs / 1000} s there was not yet ${what}: ${this.placedFrames} frames placed, run ${this.runStatus}. ${said}`;
  }

  #read(message: HostMessage): void {
    if ('event' in message) this.#readEvent(message.event, message.payload);
    else if ('result' in message && message.result.ok) this.#readSnapshot(message.result.value);
  }

  #readEvent(event: string, payload: unknown): void {
    if (event === 'project.opened' || event === 'project.closed') this.#clear();
    if (event === 'frames.changed') this.#keepFrames((payload as StudioEvents['frames.changed']).frames);
    if (event === 'run.changed') this.#keepRun((payload as StudioEvents['run.changed']).run);
    if (event === 'notice') this.notices.push(payload as StudioEvents['notice']);
  }

  /** Commands that open a project answer with all of it. */
  #readSnapshot(value: unknown): void {
    if (typeof value !== 'object' || value === null || !('frames' in value && 'runs' in value)) return;
    const { runs, frames } = value as NonNullable<CommandOutputs['project.snapshot']>;
    this.#clear();
    const newest = runs.at(-1);
    if (newest) this.#keepRun(newest);
    this.#keepFrames(frames);
  }

  #keepRun(run: Run): void {
    // Frames of an older run are not those of the new one.
    if (this.#run?.id !== run.id) this.#frames.clear();
    this.#run = run;
  }

  #keepFrames(frames: readonly Frame[]): void {
    for (const frame of frames) this.#frames.set(frame.id, frame);
  }

  #clear(): void {
    this.#frames.clear();
    this.#run = null;
  }
}
