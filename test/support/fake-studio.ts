// A studio that records what hosts ask of it, for tests of hosts alone: no project, no engine.

import type { StudioEvent } from '../../electron/contract/events.ts';
import type { BulkKind, Studio } from '../../electron/studio/options.ts';
import { fail, ok, type Result } from '../../projects/format/result.ts';

export interface FakeStudio extends Studio {
  calls: { command: unknown; input: unknown }[];
  uploads: { uploadId: string | null; relativePath: string; bytes: Uint8Array }[];
  /** Bulk files by `kind/id`. */
  bulk: Map<string, string>;
  closed: boolean;
  emit(event: StudioEvent): void;
  /** Answers commands; by default every command answers with its own input. */
  answer: (command: unknown, input: unknown) => Promise<Result<unknown>>;
}

export function fakeStudio(): FakeStudio {
  const listeners = new Set<(event: StudioEvent) => void>();
  const studio: FakeStudio = {
    calls: [],
    uploads: [],
    bulk: new Map(),
    closed: false,
    answer: (_command, input) => Promise.resolve(ok(input)),
    emit: (event) => listeners.forEach((listener) => listener(event)),
    invoke: () =>
      Promise.resolve(fail('internal', { reason: 'hosts pass foreign input: they must let it be checked' })),
    invokeUnchecked(command, input) {
      studio.calls.push({ command, input });
      return studio.answer(command, input);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resolveBulk: (what: BulkKind, id) => studio.bulk.get(`${what}/${id}`) ?? null,
    async acceptUpload({ uploadId, relativePath, bytes }) {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      studio.uploads.push({ uploadId, relativePath, bytes: Buffer.concat(parts) });
      return ok({ uploadId: uploadId ?? 'upload1' });
    },
    close() {
      studio.closed = true;
      return Promise.resolve();
    },
  };
  return studio;
}
