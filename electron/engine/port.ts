// The line to the host: `process.parentPort` in Electron's utility process, the IPC channel of `child_process.fork` elsewhere.

import type { EngineReplyMessage, EngineRequestMessage } from '../contract/engine.ts';

export interface HostPort {
  onRequest(listener: (message: EngineRequestMessage) => void): void;
  send(message: EngineReplyMessage): void;
}

/** Electron's `process.parentPort`, as much of it as is used here. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/** The port of this process. @throws Error when the program was started by hand instead of by a host. */
export function openHostPort(): HostPort {
  const { parentPort } = process as unknown as { parentPort?: ParentPort };
  if (parentPort)
    return {
      onRequest: (listener) => parentPort.on('message', ({ data }) => listener(data as EngineRequestMessage)),
      send: (message) => parentPort.postMessage(message),
    };
  if (!process.send) throw new Error('The engine is started by the studio, not by hand.');
  // A host that dies cannot say goodbye: its end of the channel closes, and nothing of the engine may stay behind.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches every process in it; the host decides what becomes of the photo at hand.
  process.on('SIGINT', () => undefined);
  return {
    onRequest: (listener) => void process.on('message', (message) => listener(message as EngineRequestMessage)),
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
  };
}
