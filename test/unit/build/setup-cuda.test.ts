// The CUDA setup says what it did, and never pretends. The fetch itself needs a network and is not run here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setupCuda } from '../../../build/setup-cuda.ts';
import { cudaLibrary, runtimeFolder } from '../../../models/run/providers.ts';

test('a fetch that fails is told as such, and that everything else goes on', async () => {
  let asked = 0;
  const { lines, usable } = await setupCuda(() => {
    asked++;
    return 7;
  });
  const there = existsSync(join(runtimeFolder(), cudaLibrary));
  const possible = process.platform === 'linux' && process.arch === 'x64';
  expect(asked).toBe(possible && !there ? 1 : 0);
  if (!there) expect(usable).toBe(false);
  expect(lines.join(' ')).toMatch(possible ? (there ? /there already/ : /ended with 7.*CPU/) : /Nothing was done/);
});
