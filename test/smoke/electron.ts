// Smoke test in real Electron: the built program starts, its page is our page, the bridge answers, the page has no Node, and it ends tidily.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import { inRepository } from '../../build/sources.ts';

type PageWindow = Window & { studio: StudioApi; require?: unknown; process?: unknown };

const executablePath = process.argv[2];
if (!executablePath) throw new Error('The path of the Electron program is missing.');
const dataFolder = mkdtempSync(join(tmpdir(), 'permanence-smoke-'));

const program = await _electron.launch({
  executablePath,
  // Containers run as root and have neither user namespaces nor a GPU.
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--use-angle=swiftshader', inRepository()],
  env: { ...process.env, PERMANENCE_DATA: dataFolder } as Record<string, string>,
  timeout: 60_000,
});
const wrong: string[] = [];
const expectEqual = (what: string, got: unknown, wanted: unknown): void => {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) wrong.push(`${what}: ${JSON.stringify(got)}`);
};
try {
  const page = await program.firstWindow();
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`console: ${message.text()}`);
  });
  await page.waitForFunction(() => 'studio' in window && document.body.innerText.trim() !== '');
  expectEqual('address', page.url(), 'studio://app/');
  const info = await page.evaluate(() => (window as unknown as PageWindow).studio.invoke('app.info', null));
  expectEqual('host', info.ok && info.value.host, 'electron');
  const leaks = await page.evaluate(() => {
    const { require, process } = window as unknown as PageWindow;
    return [typeof require, typeof process];
  });
  expectEqual('Node in the page', leaks, ['undefined', 'undefined']);
  const stranger = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => 'reached',
      () => 'refused',
    ),
  );
  expectEqual('network from the page', stranger, 'refused');
} finally {
  await program.close();
  rmSync(dataFolder, { recursive: true, force: true });
}
for (const line of wrong) console.error(line);
console.log(wrong.length === 0 ? 'The desktop window works.' : 'The desktop window does not work.');
process.exitCode = wrong.length === 0 ? 0 : 1;
