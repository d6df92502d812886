// The lint rules bite where they should: patterns that match no file would forbid nothing, in silence.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../../build/sources.ts';

const forbidden: Record<string, string> = {
  'electron/studio/a.ts': "import 'electron';",
  'electron/web/a.ts': "import 'electron';",
  'models/run/a.ts': "import 'electron';",
  'projects/store/a.ts': "import 'electron';",
  'projects/format/a.ts': "import 'node:fs';",
  'projects/format/b.ts': "import '../store/database.ts';",
  'renderer/state/a.ts': "import 'node:fs';",
  'renderer/ui/a.ts': "import 'better-sqlite3';",
  'renderer/ui/b.ts': 'export const a = (b: any) => b;',
  'build/a.ts': "eval('1');",
};
const allowed: Record<string, string> = {
  'electron/main/a.ts': "import 'electron';",
  'electron/preload/a.ts': "import 'electron';",
  'projects/store/b.ts': "import 'node:fs';",
};

let folder: string;
let said: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'permanence-lint-'));
  for (const [path, text] of Object.entries({ ...forbidden, ...allowed })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  const oxlint = inRepository('node_modules', '.bin', 'oxlint');
  said = spawnSync(oxlint, ['-c', inRepository('build', 'oxlintrc.json'), '--format=unix', '.'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }).stdout;
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(forbidden))('%s must not say: %s', (path) => expect(said).toContain(`${path}:1:`));
test.each(Object.entries(allowed))('%s may say: %s', (path) => expect(said).not.toContain(path));
