// Talks to a running web host as a page would, from the test's own process: for what a story needs before and beside the page.

import { WebSocket } from 'ws';
import type { CommandInput, CommandName, CommandOutputs } from '../../electron/contract/commands.ts';
import type { HostMessage, ResultMessage } from '../../electron/web/protocol.ts';

export class HostClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: ResultMessage) => void>();
  #nextSeq = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as HostMessage;
      if (!('result' in message) || message.seq === null) return;
      this.#waiting.get(message.seq)?.(message);
      this.#waiting.delete(message.seq);
    });
  }

  /** Uses up the token of an address that the host has printed. */
  static async open(address: string): Promise<HostClient> {
    const { origin } = new URL(address);
    const response = await fetch(address);
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    if (!cookie) throw new Error(`The address was refused: ${await response.text()}`);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/api`, { headers: { cookie, origin } });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new HostClient(socket);
  }

  /** @throws Error with the code and sentence of a refusal */
  async tell<K extends CommandName>(command: K, input: CommandInput<K>): Promise<CommandOutputs[K]> {
    const seq = this.#nextSeq++;
    const message = await new Promise<ResultMessage>((resolve, reject) => {
      const onClose = (): void => reject(new Error(`The host went away during ${command}.`));
      this.#waiting.set(seq, (message) => {
        this.#socket.off('close', onClose);
        resolve(message);
      });
      this.#socket.once('close', onClose);
      this.#socket.send(JSON.stringify({ seq, command, input }));
    });
    if (!message.result.ok) throw new Error(`${message.result.error.code}: ${message.result.error.sentence}`);
    return message.result.value as CommandOutputs[K];
  }

  close(): void {
    this.#socket.terminate();
  }
}
