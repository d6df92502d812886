// The engine's peak of memory is its own, not that of the process that started it.
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a child of a large process reports a small peak', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-memory-'));
  try {
    const module = fileURLToPath(new URL('../../../../electron/engine/memory-use.ts', import.meta.url));
    await writeFile(join(folder, 'child.ts'), `import { memoryUse } from '${module}';\nprocess.send(memoryUse());\n`);
    await writeFile(
      join(folder, 'parent.mjs'),
      `import { fork } from 'node:child_process';
const large = new Uint8Array(600 * 2 ** 20).fill(1);
fork('${join(folder, 'child.ts')}').on('message', (use) => process.send({ ...use, large: large.length }));`,
    );
    const use = await new Promise<{ rssMb: number; peakRssMb: number }>((resolve) =>
      fork(join(folder, 'parent.mjs')).on('message', (message) => resolve(message as never)),
    );
    expect(use.peakRssMb).toBeGreaterThanOrEqual(use.rssMb * 0.9);
    // A bare program of Node takes some 60 MB, its parent here more than 600.
    expect(use.peakRssMb).toBeLessThan(400);
  } finally {
    await rm(folder, { recursive: true });
  }
});
