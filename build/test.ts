// `npm test`: the checks, the built page, every test, and a last line that counts. An argument narrows it: `npm test -- web`.

import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildStale } from './build.ts';
import { checks, runCheck } from './check.ts';
import { electronBinary } from './electron-binary.ts';
import { ensureChromium } from './ensure-chromium.ts';
import { inRepository, repository } from './sources.ts';
import { countReport, type Count } from './vitest-report.ts';

const log = (line: string): void => console.log(line);

function runChecks(filter: string): Count {
  const results = checks
    .filter(({ name }) => name.includes(filter))
    .map((check) => ({ name: check.name, passed: runCheck(check) }));
  return countOf(results);
}

const countOf = (results: readonly { name: string; passed: boolean }[]): Count => ({
  passed: results.filter(({ passed }) => passed).length,
  failed: results.filter(({ passed }) => !passed).map(({ name }) => name),
});

async function buildPage(): Promise<Count> {
  try {
    await buildStale(['renderer', 'share']);
    return { passed: 1, failed: [] };
  } catch (error) {
    log(String(error));
    return { passed: 0, failed: ['build of the page'] };
  }
}

function runVitest(filter: string, environment: NodeJS.ProcessEnv): Count {
  const folder = mkdtempSync(join(tmpdir(), 'permanence-test-'));
  const report = join(folder, 'report.json');
  const vitest = inRepository('node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--config',
      inRepository('build', 'vitest.config.ts'),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(filter ? [filter] : []),
    ],
    { stdio: 'inherit', cwd: repository, env: environment },
  );
  const count: Count = existsSync(report)
    ? countReport(readFileSync(report, 'utf8'))
    : { passed: 0, failed: ['vitest ended without a report'] };
  rmSync(folder, { recursive: true });
  if (status !== 0 && count.failed.length === 0) count.failed.push(`vitest ended with code ${status}`);
  return count;
}

/** Starts the real program where it is; elsewhere says so, and counts nothing. */
async function runElectronSmoke(): Promise<Count> {
  const program = electronBinary();
  if (!program) {
    log('not run: smoke test of the desktop window, because the Electron binary is missing');
    return { passed: 0, failed: [] };
  }
  await buildStale(['renderer', 'share', 'main', 'preload', 'engine']);
  const { status } = spawnSync(process.execPath, [inRepository('test', 'smoke', 'electron.ts'), program], {
    stdio: 'inherit',
    timeout: 120_000,
  });
  return countOf([{ name: 'smoke test of the desktop window', passed: status === 0 }]);
}

const filter = process.argv[2] ?? '';
const hasTests = globSync('test/{unit,contract,golden,crash,e2e}/**/*.test.ts', { cwd: repository }).filter((path) =>
  path.includes(filter),
);
const counts: Count[] = [runChecks(filter)];
if (hasTests.length > 0) {
  const needsPage = hasTests.some((path) => path.includes('e2e'));
  if (needsPage) counts.push(await buildPage());
  const chromium = needsPage ? ensureChromium(log) : null;
  if (needsPage && !chromium) log('No Chromium could be found or fetched, so the tests in the browser will fail.');
  counts.push(runVitest(filter, { ...process.env, ...(chromium ? { CHROMIUM_PATH: chromium } : {}) }));
}
if ('smoke'.includes(filter)) counts.push(await runElectronSmoke());

const failed = counts.flatMap((count) => count.failed);
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
for (const name of failed) log(`failed: ${name}`);
if (passed + failed.length === 0) log(`Nothing is called ${filter}.`);
log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0;
