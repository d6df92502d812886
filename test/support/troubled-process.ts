// Loaded into the host and its engines before anything else (NODE_OPTIONS): trouble that cannot be made on every machine, made by files in
// the folder PERMANENCE_TROUBLE. While `full` lies there, no bulk file can be written (ENOSPC, as from the system); while `crash` lies
// there, every engine is killed as soon as it has lived a moment; `crash-once` goes with the first engine that finds it.

import { existsSync, promises, unlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const folder = process.env.PERMANENCE_TROUBLE;
if (folder) {
  const { open } = promises;
  promises.open = async (path, flags, mode) => {
    const isBulk = String(path).endsWith('.tmp') && flags === 'w';
    if (isBulk && existsSync(join(folder, 'full')))
      throw Object.assign(new Error('ENOSPC: no space left on device, open'), { code: 'ENOSPC' });
    return open(path, flags, mode);
  };
  syncBuiltinESMExports();
  // A process that is forked with a channel is an engine.
  if (process.send)
    setInterval(() => {
      if (existsSync(join(folder, 'crash')) || isFirst(join(folder, 'crash-once')))
        process.kill(process.pid, 'SIGKILL');
    }, 50).unref();
}

function isFirst(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
