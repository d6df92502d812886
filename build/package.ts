// `npm run package`: builds everything, draws the icon and makes the installable program of this system.

import { mkdirSync } from 'node:fs';
import sharp from 'sharp';
import { buildStale, type TargetName } from './build.ts';
import { configuration } from './electron-builder.ts';
import { inRepository, repository } from './sources.ts';

const bundles: TargetName[] = ['renderer', 'share', 'main', 'preload', 'engine'];

mkdirSync(inRepository('dist', 'icons'), { recursive: true });
await sharp(inRepository('build', 'icons', 'icon.svg'))
  .resize(1024, 1024)
  .png()
  .toFile(inRepository('dist', 'icons', 'icon.png'));
await buildStale(bundles, true);
const { build } = await import('electron-builder');
// `--dir` leaves the program in a folder, which is quicker to try than an installer.
const targets = process.argv.includes('--dir') ? { dir: true } : {};
const made = await build({ projectDir: repository, config: configuration, publish: 'never', ...targets });
for (const path of made) console.log(path);
