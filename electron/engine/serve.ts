// Answers requests strictly one after another, in the order they came.

import { flushCompileCache } from 'node:module';
import type {
  EngineProgressReport,
  EngineRequestMessage,
  EngineRequestName,
  EngineRequests,
} from '../contract/engine.ts';
import { errorOf } from '../../projects/format/result.ts';
import type { HostPort } from './port.ts';

/** One function per request. `report` tells the host how far it is. */
export type EngineHandlers = {
  [K in EngineRequestName]: (
    input: EngineRequests[K]['input'],
    report: (progress: EngineProgressReport) => void,
  ) => Promise<EngineRequests[K]['output']>;
};

export function serve(port: HostPort, handlers: EngineHandlers): void {
  let last: Promise<void> = Promise.resolve();
  port.onRequest((message) => {
    last = last.then(() => answer(port, handlers, message));
  });
}

async function answer<K extends EngineRequestName>(
  port: HostPort,
  handlers: EngineHandlers,
  { seq, request, input }: EngineRequestMessage<K>,
): Promise<void> {
  try {
    const reply = await handlers[request](input, (progress) => port.send({ seq, progress }));
    port.send({ seq, reply });
  } catch (error) {
    port.send({ seq, error: errorOf(error) });
  }
  // The host ends this process without warning: what was compiled for this request is kept now, or lost.
  flushCompileCache();
}
