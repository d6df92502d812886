// The engine program with the ledger method in place of the installed ones: same port, same handlers, same files.

import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHandlers } from '../../../electron/engine/handlers.ts';
import { openHostPort } from '../../../electron/engine/port.ts';
import { serve } from '../../../electron/engine/serve.ts';
import { LedgerMethod } from './ledger-method.ts';

/** Marks of photos that have ended a process already, in a folder that the test gives. */
const marksFolder = process.env['LEDGER_MARKS'] ?? '';

async function killOnce(name: string): Promise<boolean> {
  const mark = join(marksFolder, name);
  const there = await access(mark).then(
    () => true,
    () => false,
  );
  await mkdir(marksFolder, { recursive: true });
  await writeFile(mark, '');
  return !there;
}

serve(
  openHostPort(),
  createHandlers(
    async () => new LedgerMethod(killOnce),
    () => ['CPU'],
  ),
);
