// The web studio as a program: core and host together, an address in the terminal, a browser, and a tidy end. `npm start` and `serve` use it.

import { createInterface } from 'node:readline';
import { nodeStudioOptions, rendererFolder } from '../studio/node-host.ts';
import { createStudio } from '../studio/studio.ts';
import { openBrowser } from './browsers.ts';
import { startWebHost } from './host.ts';

export interface ServeOptions {
  /** null: any free port. */
  port: number | null;
  /** Opens a browser. */
  open: boolean;
  print(line: string): void;
}

/**
 * Serves until the process is asked to end (Ctrl C, SIGTERM); then pauses what runs and closes the project.
 * @throws StudioFailure `port-in-use`, `page-missing`
 */
export async function serveStudio({ port, open, print }: ServeOptions): Promise<void> {
  const studio = createStudio(nodeStudioOptions('web'));
  try {
    const host = await startWebHost({ studio, rendererFolder, port });
    const address = host.newAddress();
    print(`The studio is open at ${address}`);
    const opened = open && (await openBrowser(address));
    print(opened ? 'Ctrl C ends it; Enter prints a new address.' : 'Open this address in a browser; Ctrl C ends it.');
    const terminal = createInterface({ input: process.stdin });
    terminal.on('line', () => print(`A new address, good for one browser: ${host.newAddress()}`));
    await endAsked();
    terminal.close();
    print('Saving and ending.');
    await host.close();
  } finally {
    await studio.close();
  }
}

function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve();
        // A second signal means: now. What is on disk is consistent at any moment.
        process.once(signal, () => process.exit(1));
      });
    }
  });
}
