// The WebSocket of the web host: answers, events, limits, and messages that are none.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ImportProgress } from '../../../../electron/contract/commands.ts';
import { ok } from '../../../../projects/format/result.ts';
import { maxMessageBytes, protocolVersion } from '../../../../electron/web/protocol.ts';
import { startTestHost, type TestHost } from '../../../support/web-host.ts';

let at: TestHost;
let cookie: string;

beforeAll(async () => {
  at = await startTestHost();
  cookie = await at.signIn();
});
afterAll(() => at.close());

interface Page {
  socket: WebSocket;
  /** The next message from the host. */
  next(): Promise<unknown>;
}

/** Resolves after the hello message. */
async function connect(headers: Record<string, string> = { cookie, origin: at.origin }, path = '/api'): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${at.host.port}${path}`, { headers });
  const received: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data));
    const first = waiting.shift();
    if (first) first(message);
    else received.push(message);
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const next = (): Promise<unknown> =>
    received.length > 0 ? Promise.resolve(received.shift()) : new Promise((resolve) => waiting.push(resolve));
  expect(await next()).toEqual({ protocol: protocolVersion });
  return { socket, next };
}

const closing = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve));

const progress = (done: number): ImportProgress => ({
  stage: 'reading',
  found: 100,
  done,
  imported: done,
  skipped: [{ name: 'a.jpg', code: 'photo-unreadable', reason: 'x'.repeat(100_000) }],
  rate: null,
});

describe('connecting', () => {
  test.each([
    ['without a session', () => ({ origin: at.origin })],
    ['from a page of another origin', () => ({ cookie, origin: 'http://evil.example' })],
    ['from another port of this machine', () => ({ cookie, origin: 'http://127.0.0.1:1' })],
    ['without an origin', () => ({ cookie })],
    ['under a foreign host name', () => ({ cookie, origin: 'http://evil.example', host: 'evil.example' })],
  ])('%s is refused', async (_case, headers) => {
    await expect(connect(headers())).rejects.toThrow('Unexpected server response: 403');
  });

  test('at another path is refused', async () => {
    await expect(connect({ cookie, origin: at.origin }, '/other')).rejects.toThrow('404');
  });
});

describe('talking', () => {
  test('a command is answered under its own number, also when a later one is quicker', async () => {
    const { socket, next } = await connect();
    const slow = Promise.withResolvers<void>();
    at.studio.answer = async (command, input) => {
      if (command === 'slow') await slow.promise;
      return ok(input);
    };
    socket.send(JSON.stringify({ seq: 7, command: 'slow', input: 'a' }));
    socket.send(JSON.stringify({ seq: 8, command: 'quick', input: 'b' }));
    expect(await next()).toEqual({ seq: 8, result: { ok: true, value: 'b' } });
    slow.resolve();
    expect(await next()).toEqual({ seq: 7, result: { ok: true, value: 'a' } });
    socket.close();
  });

  test('events reach every page, and none after it has gone', async () => {
    const [one, two] = await Promise.all([connect(), connect()]);
    at.studio.emit({ name: 'project.closed', payload: null });
    expect(await one.next()).toEqual({ event: 'project.closed', payload: null });
    expect(await two.next()).toEqual({ event: 'project.closed', payload: null });
    const gone = closing(one.socket);
    one.socket.close();
    await gone;
    at.studio.emit({ name: 'models.changed', payload: null });
    expect(await two.next()).toEqual({ event: 'models.changed', payload: null });
    two.socket.close();
  });

  test.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no number', '{"command":"app.info"}'],
    ['a number that is none', '{"seq":"1","command":"app.info"}'],
    ['a command that is no name', '{"seq":1,"command":{}}'],
    ['bytes', Buffer.from('{"seq":1,"command":"app.info"}')],
  ])('a message that is %s is answered with an error, and the connection lives', async (_case, message) => {
    const { socket, next } = await connect();
    socket.send(message);
    expect(await next()).toMatchObject({ seq: null, result: { ok: false, error: { code: 'bad-input' } } });
    socket.send(JSON.stringify({ seq: 1, command: 'quick', input: 1 }));
    expect(await next()).toEqual({ seq: 1, result: { ok: true, value: 1 } });
    socket.close();
  });

  test('a message over the limit ends that connection and no other', async () => {
    const [bad, good] = await Promise.all([connect(), connect()]);
    const code = closing(bad.socket);
    bad.socket.send('x'.repeat(maxMessageBytes + 1));
    expect(await code).toBe(1009);
    good.socket.send(JSON.stringify({ seq: 1, command: 'quick', input: 1 }));
    expect(await good.next()).toMatchObject({ seq: 1 });
    good.socket.close();
  });

  test('a page that is behind gets the newest progress instead of all of it, and every other event', async () => {
    const { socket, next } = await connect();
    socket.pause();
    // 100 × 0.1 MB: far above what the operating system buffers for a socket that is not read.
    for (let done = 1; done <= 100; done++) at.studio.emit({ name: 'import.progress', payload: progress(done) });
    at.studio.emit({ name: 'models.changed', payload: null });
    socket.resume();
    const seen: number[] = [];
    let others = 0;
    while (seen.at(-1) !== 100 || others === 0) {
      const message = (await next()) as { event: string; payload: { done: number } | null };
      if (message.payload) seen.push(message.payload.done);
      else others += 1;
    }
    expect(seen.length).toBeLessThan(100);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(others).toBe(1);
    socket.close();
  });

  test('a page that floods is read no further than the host can work', async () => {
    const { socket, next } = await connect();
    const gate = Promise.withResolvers<void>();
    const before = at.studio.calls.length;
    at.studio.answer = async (_command, input) => {
      await gate.promise;
      return ok(input);
    };
    for (let seq = 0; seq < 1000; seq++) socket.send(JSON.stringify({ seq, command: 'x', input: 'y'.repeat(10_000) }));
    // The answer of plain HTTP shows that the host has had its turn and is not blocked.
    await at.request('/', { headers: { cookie } });
    await at.request('/', { headers: { cookie } });
    // Frames that were parsed before the pause are still delivered: one read of a socket holds at most 64 kB, six messages of this size.
    expect(at.studio.calls.length - before).toBeLessThanOrEqual(64 + 8);
    gate.resolve();
    for (let seq = 0; seq < 1000; seq++) expect(await next()).toMatchObject({ seq });
    at.studio.answer = (_command, input) => Promise.resolve(ok(input));
    socket.close();
  });
});
