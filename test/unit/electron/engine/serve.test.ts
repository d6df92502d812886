// Requests are answered one after another in their order, whatever becomes of each.

import { expect, test } from 'vitest';
import type { EngineReplyMessage, EngineRequestMessage } from '../../../../electron/contract/engine.ts';
import { serve, type EngineHandlers } from '../../../../electron/engine/serve.ts';
import { StudioFailure } from '../../../../projects/format/result.ts';

test('a slow request holds back the next, an error does not, and progress carries the number of its request', async () => {
  const sent: EngineReplyMessage[] = [];
  let listener: (message: EngineRequestMessage) => void = () => undefined;
  let underWay = 0;
  let most = 0;
  const handlers = {
    describe: async (_: null, report: (progress: { stage: string; fraction: number }) => void) => {
      most = Math.max(most, ++underWay);
      report({ stage: 'thinking', fraction: 0.5 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay--;
      return { providers: [], threads: 1, rssMb: 1 };
    },
    settle: async () => {
      most = Math.max(most, ++underWay);
      underWay--;
      throw new StudioFailure('run-not-found');
    },
  } as unknown as EngineHandlers;
  const all = new Promise<void>((resolve) =>
    serve(
      {
        onRequest: (given) => (listener = given),
        send: (message) => {
          sent.push(message);
          if (message.seq === 4 && !('progress' in message)) resolve();
        },
      },
      handlers,
    ),
  );
  listener({ seq: 1, request: 'describe', input: null });
  listener({ seq: 2, request: 'settle', input: null });
  listener({ seq: 3, request: 'no such request' as 'settle', input: null });
  listener({ seq: 4, request: 'describe', input: null });
  await all;
  expect(most).toBe(1);
  expect(sent.map(({ seq }) => seq)).toEqual([1, 1, 2, 3, 4, 4]);
  expect(sent[0]).toEqual({ seq: 1, progress: { stage: 'thinking', fraction: 0.5 } });
  expect(sent[2]).toEqual({ seq: 2, error: { code: 'run-not-found', sentence: 'There is no run to continue.' } });
  expect(sent[3]).toMatchObject({ seq: 3, error: { code: 'internal' } });
});
