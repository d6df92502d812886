// One page connected over WebSocket: commands in, answers and events out, with a limit on what may wait in either direction.

import type { WebSocket } from 'ws';
import type { StudioEvent } from '../contract/events.ts';
import { fail } from '../../projects/format/result.ts';
import type { Studio } from '../studio/options.ts';
import { protocolVersion, type CommandMessage, type HostMessage } from './protocol.ts';

/** Above this the page is behind; events of which only the newest counts are replaced instead of queued. */
const behindBytes = 1024 * 1024;
/** Above this the page has stopped reading; it is cut off, connects again and reads the project afresh. */
const hopelessBytes = 64 * 1024 * 1024;
const maxCommandsUnderWay = 64;
const newestOnly: ReadonlySet<string> = new Set(['run.progress', 'import.progress', 'models.progress']);

export interface PageSocket {
  /** Asks whether the page is still there; one that did not answer the last question is cut off. */
  checkAlive(): void;
}

export function servePage(socket: WebSocket, studio: Pick<Studio, 'invokeUnchecked' | 'subscribe'>): PageSocket {
  const held = new Map<string, HostMessage>();
  let underWay = 0;
  let alive = true;

  const send = (message: HostMessage): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > hopelessBytes) return socket.terminate();
    socket.send(JSON.stringify(message), () => {
      if (socket.bufferedAmount > behindBytes) return;
      const waiting = [...held.values()];
      held.clear();
      for (const message of waiting) send(message);
    });
  };

  const sendEvent = ({ name, payload }: StudioEvent): void => {
    const message = { event: name, payload };
    if (newestOnly.has(name) && socket.bufferedAmount > behindBytes) held.set(name, message);
    else send(message);
  };

  const run = async ({ seq, command, input }: CommandMessage): Promise<void> => {
    underWay += 1;
    // The page is not read further until some of its commands are done.
    if (underWay >= maxCommandsUnderWay) socket.pause();
    const result = await studio.invokeUnchecked(command, input);
    underWay -= 1;
    if (socket.isPaused) socket.resume();
    send({ seq, result });
  };

  send({ protocol: protocolVersion });
  const unsubscribe = studio.subscribe(sendEvent);
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : readMessage(String(data));
    if (message) void run(message);
    else send({ seq: null, result: fail('bad-input', { reason: 'the message is not a command' }) });
  });
  socket.on('pong', () => (alive = true));
  socket.on('close', unsubscribe);
  // Broken frames and messages over the limit: the library closes the connection, nothing else is to be done.
  socket.on('error', unsubscribe);

  return {
    checkAlive() {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    },
  };
}

function readMessage(text: string): CommandMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('seq' in value) || !('command' in value)) return null;
    const { seq, command } = value;
    if (!Number.isSafeInteger(seq) || typeof command !== 'string') return null;
    return { seq: seq as number, command, input: 'input' in value ? value.input : null };
  } catch {
    return null;
  }
}
