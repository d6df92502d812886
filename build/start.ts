// `npm start`: builds what is missing and opens the studio, in Electron where its program is, otherwise in a browser.

import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { errorOf, StudioFailure } from '../projects/format/result.ts';
import { buildStale } from './build.ts';
import { electronBinary } from './electron-binary.ts';
import { repository } from './sources.ts';

const usage = 'npm start -- [--web] [--port N] [--no-open]';

async function start(): Promise<number> {
  const { values } = parseArgs({
    options: { web: { type: 'boolean' }, port: { type: 'string' }, open: { type: 'boolean', default: true } },
    allowNegative: true,
  });
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new StudioFailure('bad-input', { reason: `${values.port} is not a port; use it like this: ${usage}` });
  }
  const electron = electronBinary();
  if (electron && !values.web) {
    await build(['renderer', 'share', 'main', 'preload', 'engine']);
    const { status } = await runElectron(electron);
    return status;
  }
  if (!values.web) {
    console.log(
      'Electron has not been downloaded (npm run setup:electron does that), so the studio opens in a browser instead.',
    );
  }
  await build(['renderer', 'share']);
  const { serveStudio } = await import('../electron/web/serve.ts');
  await serveStudio({ port, open: values.open, print: (line) => console.log(line) });
  return 0;
}

async function build(names: Parameters<typeof buildStale>[0]): Promise<void> {
  const built = await buildStale(names);
  if (built.length > 0) console.log(`Built ${built.join(', ')}.`);
}

function runElectron(program: string): Promise<{ status: number }> {
  // Chromium's sandbox does not work for root, and nobody should run a desktop as root; the message is Electron's own.
  const child = spawn(program, [repository], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve({ status: code ?? 1 }));
  });
}

try {
  process.exitCode = await start();
} catch (error) {
  console.error(errorOf(error).sentence);
  process.exitCode = 1;
}
