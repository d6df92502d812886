// Checkpoints that are looked at and not added.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let studio: LedgerStudio;
beforeEach(async () => {
  studio = await LedgerStudio.create();
});
afterEach(() => studio.destroy());

test('one that was sent is gone when it is declined, a file of the user’s own is not', async () => {
  const path = join(studio.root, 'notes.pth');
  await writeFile(path, 'these are only some notes, no weights at all');
  const bytes = (async function* () {
    yield new TextEncoder().encode('these neither');
  })();
  const sent = await studio.studio.acceptUpload({ uploadId: null, relativePath: 'sent.pth', bytes });
  if (!sent.ok) throw new Error(sent.error.sentence);
  const upload = { kind: 'upload', uploadId: sent.value.uploadId } as const;
  for (const source of [{ kind: 'path', path } as const, upload]) {
    expect(await studio.codeOf('models.preview', { source })).toBe('checkpoint-unreadable');
    await studio.do('models.decline', { source });
  }
  expect(existsSync(path)).toBe(true);
  expect(await studio.codeOf('models.preview', { source: upload })).toBe('not-found');
});
