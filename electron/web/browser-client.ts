// `window.studio` for a page in a browser: the same functions as the preload of the desktop window, over one WebSocket and plain HTTP.

import type { CommandInput, CommandName, CommandOutputs } from '../contract/commands.ts';
import type { StudioEventName, StudioEvents } from '../contract/events.ts';
import type { StudioApi } from '../contract/studio-api.ts';
import { fail, type Result } from '../../projects/format/result.ts';
import { paths, protocolVersion, type CommandMessage, type HostMessage } from './protocol.ts';
import { uploadFiles } from '../contract/upload-client.ts';

type Answer = (result: Result<unknown>) => void;
type Listener = (payload: unknown) => void;

const firstRetryMs = 250;
const lastRetryMs = 5_000;

/**
 * Connects to the host that served this page. After a lost connection it connects again by itself and then tells the page which project
 * is open (`project.opened` or `project.closed`), so that the page reads its state afresh; commands under way answer `host-gone`.
 */
export function connectStudio(base: string = document.baseURI): StudioApi {
  const waiting = new Map<number, Answer>();
  const listeners = new Map<string, Set<Listener>>();
  let nextSeq = 0;
  let retryMs = firstRetryMs;
  let opening = open(false);

  function open(again: boolean): Promise<WebSocket | null> {
    const url = new URL(paths.socket, base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    let wasOpen = false;
    socket.onmessage = ({ data }) => receive(JSON.parse(String(data)) as HostMessage);
    return new Promise((resolve) => {
      socket.onopen = () => {
        wasOpen = true;
        retryMs = firstRetryMs;
        resolve(socket);
        if (again) void readAgain();
      };
      socket.onclose = () => {
        resolve(null);
        lost(wasOpen);
      };
    });
  }

  function lost(wasOpen: boolean): void {
    const gone = fail('host-gone');
    for (const answer of waiting.values()) answer(gone);
    waiting.clear();
    if (wasOpen) emit('notice', { level: 'error', place: 'app', ...gone.error });
    const delayMs = retryMs;
    retryMs = Math.min(retryMs * 2, lastRetryMs);
    opening = new Promise((resolve) => setTimeout(() => resolve(open(true)), delayMs));
  }

  async function readAgain(): Promise<void> {
    const result = await invoke('project.snapshot', null);
    if (!result.ok) return;
    if (result.value) emit('project.opened', { project: result.value.project });
    else emit('project.closed', null);
  }

  function receive(message: HostMessage): void {
    if ('protocol' in message) {
      if (message.protocol !== protocolVersion) location.reload();
    } else if ('event' in message) {
      emit(message.event, message.payload);
    } else if (message.seq !== null) {
      waiting.get(message.seq)?.(message.result);
      waiting.delete(message.seq);
    }
  }

  function emit(event: string, payload: unknown): void {
    for (const listener of listeners.get(event) ?? []) listener(payload);
  }

  async function invoke<K extends CommandName>(command: K, input: CommandInput<K>): Promise<Result<CommandOutputs[K]>> {
    const socket = await opening;
    if (socket?.readyState !== WebSocket.OPEN) return fail('host-gone');
    const message: CommandMessage = { seq: nextSeq++, command, input };
    return new Promise((resolve) => {
      waiting.set(message.seq, resolve as Answer);
      socket.send(JSON.stringify(message));
    });
  }

  return {
    invoke,
    on<K extends StudioEventName>(event: K, listener: (payload: StudioEvents[K]) => void) {
      const ofEvent = listeners.get(event) ?? new Set();
      listeners.set(event, ofEvent);
      // A wrapper of its own, so that one function can subscribe twice and each end its own subscription.
      const own: Listener = (payload) => listener(payload as StudioEvents[K]);
      ofEvent.add(own);
      return () => ofEvent.delete(own);
    },
    url: (what, id) => new URL(`${what}/${encodeURIComponent(id)}`, base).href,
    pathOf: () => null,
    upload: (files, onProgress) => uploadFiles(new URL(`${paths.upload}/`, base), files, onProgress),
  };
}
