// Drives the real studio as a person would: the web host in a process of its own, headless Chromium, verbs instead of selectors.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { CommandInput, CommandName, CommandOutputs } from '../../electron/contract/commands.ts';
import { inRepository } from '../../build/sources.ts';
import { launchChromium } from './chromium.ts';
import { HostClient } from './host-client.ts';
import { HostLog } from './host-log.ts';
import { StudioHost } from './studio-host.ts';

export interface OpenOptions {
  /** Folder of settings and projects; a fresh one that is deleted afterwards when not given. */
  dataFolder?: string;
  /** Makes and opens an empty project of this name before the page loads; without it a first start opens the sample. */
  project?: string;
  widthPx?: number;
  heightPx?: number;
  theme?: 'dark' | 'light';
  /** Added to the environment of the host. */
  environment?: Readonly<Record<string, string>>;
}

const artefacts = inRepository('test', 'artefacts');

/** Starts host and browser and waits until the page shows something. */
export async function openStudio(options: OpenOptions = {}): Promise<StudioDriver> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'permanence-e2e-')));
  const host = new StudioHost(dataFolder, options.environment);
  let browser: Browser | null = null;
  try {
    const client = await HostClient.open(await host.address());
    await client.tell('settings.set', { theme: options.theme ?? 'dark' });
    if (options.project) await client.tell('projects.create', { name: options.project, folder: null });
    browser = await launchChromium();
    const context = await browser.newContext({
      viewport: { width: options.widthPx ?? 1280, height: options.heightPx ?? 800 },
      colorScheme: options.theme ?? 'dark',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const driver = new StudioDriver(page, browser, host, client, options.dataFolder ? null : dataFolder);
    await driver.load(await host.anotherAddress());
    return driver;
  } catch (error) {
    await browser?.close();
    await host.end('SIGKILL');
    throw error;
  }
}

export class StudioDriver {
  readonly page: Page;
  /** What the host told the page so far, straight from its WebSocket. */
  readonly log: HostLog;
  readonly #browser: Browser;
  readonly #temporaryFolder: string | null;
  readonly #problems: string[] = [];
  #host: StudioHost;
  #client: HostClient;

  constructor(page: Page, browser: Browser, host: StudioHost, client: HostClient, temporaryFolder: string | null) {
    this.page = page;
    this.#browser = browser;
    this.#host = host;
    this.#client = client;
    this.#temporaryFolder = temporaryFolder;
    this.log = new HostLog(page);
    page.on('pageerror', (error) => this.#problems.push(`uncaught in the page: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(`console: ${message.text()} (${message.location().url})`);
    });
  }

  get dataFolder(): string {
    return this.#host.dataFolder;
  }

  /** Opens an address and waits until the page shows something. */
  async load(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.waitForURL((url) => !url.search.includes('token'));
    await this.#shown();
  }

  #shown(): Promise<unknown> {
    return this.page.waitForFunction(() => document.querySelector('#app')?.textContent?.trim());
  }

  /** A command beside the page, for what a story needs but is not about. @throws Error with the sentence */
  tell<K extends CommandName>(command: K, input: CommandInput<K>): Promise<CommandOutputs[K]> {
    return this.#client.tell(command, input);
  }

  /** Makes a project of that name and opens it; the page follows by the event. */
  createProject(name: string): Promise<CommandOutputs['projects.create']> {
    return this.tell('projects.create', { name, folder: null });
  }

  /** Drops files onto the page, as from a file manager. */
  async dropPhotos(paths: readonly string[], onto = 'body'): Promise<void> {
    const files = await Promise.all(
      paths.map(async (path) => ({ name: basename(path), base64: (await readFile(path)).toString('base64') })),
    );
    const transfer = await this.page.evaluateHandle((files) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      return transfer;
    }, files);
    for (const event of ['dragenter', 'dragover', 'drop']) {
      await this.page.dispatchEvent(onto, event, { dataTransfer: transfer });
    }
  }

  /** Waits until so many photos of the open project have a placed frame. */
  waitForFrames(count: number, timeoutMs = 60_000): Promise<void> {
    return this.log.until((log) => log.placedFrames >= count, `${count} placed frames`, timeoutMs);
  }

  /** Waits until the run has come to this. */
  waitForRun(status: 'running' | 'done' | 'paused' | 'failed' = 'done', timeoutMs = 120_000): Promise<void> {
    return this.log.until((log) => log.runStatus === status, `a run that is ${status}`, timeoutMs);
  }

  /** Turns the view by a drag across the viewport. */
  async orbit(dxPx: number, dyPx: number): Promise<void> {
    const box = await this.page.locator('canvas').first().boundingBox();
    if (!box) throw new Error('There is no viewport.');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + dxPx, y + dyPx, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Opens the palette and types on at once, as a person does: nothing typed may be lost. */
  async searchPalette(letters: string): Promise<void> {
    await this.press('Control+KeyK');
    await this.page.keyboard.type(letters);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Keeps a picture of the page in test/artefacts. @returns its path */
  async screenshot(name: string): Promise<string> {
    await mkdir(artefacts, { recursive: true });
    const path = join(artefacts, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Loads the page again; the session goes on. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#shown();
  }

  /** Kills the host without a warning, starts it again on the same folder and opens its new address. */
  async killAndRestartHost(): Promise<void> {
    await this.#host.end('SIGKILL');
    this.#client.close();
    this.#host = new StudioHost(this.#host.dataFolder);
    this.#client = await HostClient.open(await this.#host.address());
    await this.load(await this.#host.anotherAddress());
    // Chromium itself logs a refused connection as an error; after a kill that is what must happen.
    const isOurs = (problem: string): boolean => !/WebSocket connection|ERR_CONNECTION_(REFUSED|RESET)/.test(problem);
    this.#problems.splice(0, this.#problems.length, ...this.#problems.filter(isOurs));
  }

  /** Errors in the page's console, uncaught errors, violations of the security policy. A story ends with none. */
  problems(): readonly string[] {
    return this.#problems;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#client.close();
    await this.#host.end('SIGTERM');
    if (this.#temporaryFolder) await rm(this.#temporaryFolder, { recursive: true, force: true });
  }
}
