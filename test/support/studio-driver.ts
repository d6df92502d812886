// Drives the real studio as a person would: the web host in a process of its own, headless Chromium, verbs instead of selectors.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../electron/web/browsers.ts';
import type { CommandInput, CommandName, CommandOutputs } from '../../electron/contract/commands.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import { inRepository } from '../../build/sources.ts';
import { HostLog } from './host-log.ts';

export interface OpenOptions {
  /** Folder of settings and projects; a fresh one that is deleted afterwards when not given. */
  dataFolder?: string;
  widthPx?: number;
  heightPx?: number;
  theme?: 'dark' | 'light';
}

export interface Shot {
  path: string;
}

const artefacts = inRepository('test', 'artefacts');
const studioStartMs = 60_000;

/** Starts host and browser and waits until the page has drawn itself. */
export async function openStudio(options: OpenOptions = {}): Promise<StudioDriver> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('No Chromium was found; set CHROMIUM_PATH or run `npm test`, which looks for one.');
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'permanence-e2e-')));
  const host = StudioHost.start(dataFolder);
  const browser = await chromium.launch({
    executablePath,
    // Software WebGL: the same pictures on every machine, no GPU needed. Containers run as root without user namespaces.
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
  });
  const context = await browser.newContext({
    viewport: { width: options.widthPx ?? 1280, height: options.heightPx ?? 800 },
    colorScheme: options.theme ?? 'dark',
    reducedMotion: 'reduce',
  });
  const driver = new StudioDriver(await context.newPage(), browser, host, options.dataFolder ? null : dataFolder);
  await driver.load();
  return driver;
}

/** `npm start` without a window, in its own process: it can be killed like the real one. */
class StudioHost {
  readonly process: ChildProcess;
  readonly dataFolder: string;
  readonly #addresses: AsyncIterator<string>;
  readonly output: string[] = [];

  constructor(process: ChildProcess, dataFolder: string) {
    this.process = process;
    this.dataFolder = dataFolder;
    const lines = createInterface({ input: process.stdout! });
    this.#addresses = addressesIn(lines, this.output)[Symbol.asyncIterator]();
    createInterface({ input: process.stderr! }).on('line', (line) => this.output.push(line));
  }

  static start(dataFolder: string): StudioHost {
    const child = spawn(process.execPath, [inRepository('build', 'start.ts'), '--web', '--no-open'], {
      env: { ...process.env, PERMANENCE_DATA: dataFolder },
      stdio: 'pipe',
    });
    return new StudioHost(child, dataFolder);
  }

  /** The next address with an unused token. @throws Error with the host's output when none comes */
  async address(): Promise<string> {
    const late = AbortSignal.timeout(studioStartMs);
    const expired = new Promise<never>((_, reject) =>
      late.addEventListener('abort', () =>
        reject(new Error(`The host printed no address:\n${this.output.join('\n')}`)),
      ),
    );
    const { value, done } = await Promise.race([this.#addresses.next(), expired]);
    if (done) throw new Error(`The host ended before it was ready:\n${this.output.join('\n')}`);
    return value;
  }

  /** Asks for another address as a person does: with Enter. */
  askForAddress(): void {
    this.process.stdin!.write('\n');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
}

async function* addressesIn(lines: AsyncIterable<string>, output: string[]): AsyncGenerator<string> {
  for await (const line of lines) {
    output.push(line);
    const address = line.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)?.[0];
    if (address) yield address;
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

  constructor(page: Page, browser: Browser, host: StudioHost, temporaryFolder: string | null) {
    this.page = page;
    this.#browser = browser;
    this.#host = host;
    this.#temporaryFolder = temporaryFolder;
    this.log = new HostLog(page);
    page.on('pageerror', (error) => this.#problems.push(`uncaught in the page: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(`console: ${message.text()}`);
    });
  }

  get dataFolder(): string {
    return this.#host.dataFolder;
  }

  async load(): Promise<void> {
    await this.page.goto(await this.#host.address());
    await this.page.waitForURL((url) => !url.search.includes('token'));
    await this.page.waitForFunction(() => 'studio' in window && document.body.innerText.trim() !== '');
  }

  /** A command straight to the host, for what a story needs before it begins. @throws Error with the sentence */
  async tell<K extends CommandName>(command: K, input: CommandInput<K>): Promise<CommandOutputs[K]> {
    const result = await this.page.evaluate(
      ([command, input]) => (window as unknown as { studio: StudioApi }).studio.invoke(command, input as never),
      [command, input] as const,
    );
    if (!result.ok) throw new Error(result.error.sentence);
    return result.value as CommandOutputs[K];
  }

  /** Makes a project of that name and opens it. */
  createProject(name: string): Promise<CommandOutputs['projects.create']> {
    return this.tell('projects.create', { name, folder: null });
  }

  /** Drops files onto the page, as from a file manager. */
  async dropPhotos(paths: readonly string[]): Promise<void> {
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
      await this.page.dispatchEvent('body', event, { dataTransfer: transfer });
    }
  }

  /** Waits until so many photos of the open project have a placed frame. */
  async waitForFrames(count: number, timeoutMs = 60_000): Promise<void> {
    await this.log.until((log) => log.placedFrames >= count, `${count} placed frames`, timeoutMs);
  }

  /** Waits until the run has come to its end. */
  async waitForRun(status: 'done' | 'paused' | 'failed' = 'done', timeoutMs = 120_000): Promise<void> {
    await this.log.until((log) => log.runStatus === status, `a run that is ${status}`, timeoutMs);
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

  async openPalette(): Promise<void> {
    await this.page.keyboard.press('Control+KeyK');
    await this.page.getByRole('dialog').waitFor();
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Keeps a picture of the page in test/artefacts. */
  async screenshot(name: string): Promise<Shot> {
    await mkdir(artefacts, { recursive: true });
    const path = join(artefacts, `${name}.png`);
    await this.page.screenshot({ path });
    return { path };
  }

  /** Loads the page again; the session goes on. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.waitForFunction(() => 'studio' in window && document.body.innerText.trim() !== '');
  }

  /** Kills the host without a warning, starts it again on the same folder and opens its new address. */
  async killAndRestartHost(): Promise<void> {
    await this.#host.end('SIGKILL');
    this.#host = StudioHost.start(this.#host.dataFolder);
    this.#forgiveLostConnection();
    await this.load();
  }

  /** Errors in the page's console, uncaught errors, violations of the security policy. A story ends with none. */
  problems(): readonly string[] {
    return this.#problems;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#host.end('SIGTERM');
    if (this.#temporaryFolder) await rm(this.#temporaryFolder, { recursive: true, force: true });
  }

  /** Chromium itself logs a refused connection as an error; after a kill that is what must happen. */
  #forgiveLostConnection(): void {
    const isOurs = (problem: string): boolean => !/WebSocket connection|ERR_CONNECTION_(REFUSED|RESET)/.test(problem);
    this.#problems.splice(0, this.#problems.length, ...this.#problems.filter(isOurs));
  }
}
