// How the installable program is put together: files, what lies beside the archive, targets, and the fuses.

import type { AfterPackContext, Configuration } from 'electron-builder';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';

/** Doors of the Electron program that the studio never uses, shut in the binary itself. */
export const fuses = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
} as const;

const linuxExecutable = 'permanence';

export const configuration: Configuration = {
  appId: 'org.permanence.studio',
  productName: 'Permanence',
  directories: { output: 'dist/packages', buildResources: 'dist/icons' },
  files: [
    'package.json',
    'LICENSE',
    'dist/{main,preload,engine,renderer,share}/**',
    'models/zoo/**',
    'projects/sample/room/**',
    '!**/*.map',
    '!**/*.d.ts',
  ],
  asar: true,
  // Opened by native libraries, which know nothing of the archive.
  asarUnpack: [
    '**/*.node',
    'node_modules/onnxruntime-node/bin/**',
    'node_modules/@img/**',
    'models/zoo/**',
    'projects/sample/room/**',
  ],
  // The prebuilt native modules fit Electron through Node-API; nothing is compiled on the user's behalf.
  npmRebuild: false,
  afterPack,
  linux: {
    executableName: linuxExecutable,
    target: ['AppImage', 'deb'],
    category: 'Graphics',
    icon: 'dist/icons/icon.png',
  },
  mac: {
    target: ['dmg'],
    category: 'public.app-category.graphics-design',
    icon: 'dist/icons/icon.png',
    hardenedRuntime: true,
  },
  win: { target: ['nsis'], icon: 'dist/icons/icon.png' },
};

async function afterPack({ appOutDir, electronPlatformName, packager }: AfterPackContext): Promise<void> {
  const { productFilename } = packager.appInfo;
  const isMac = electronPlatformName === 'darwin';
  const resources = isMac
    ? join(appOutDir, `${productFilename}.app`, 'Contents', 'Resources')
    : join(appOutDir, 'resources');
  await removeForeignBinaries(join(resources, 'app.asar.unpacked'), electronPlatformName);
  const names: Record<string, string> = {
    darwin: `${productFilename}.app`,
    win32: `${productFilename}.exe`,
    linux: linuxExecutable,
  };
  const name = names[electronPlatformName];
  if (!name) throw new Error(`There is no package for ${electronPlatformName}.`);
  await flipFuses(join(appOutDir, name), {
    version: FuseVersion.V1,
    // A changed binary needs a new signature before Apple's chips start it.
    resetAdHocDarwinSignature: isMac,
    ...fuses,
  });
}

/** onnxruntime-node carries its libraries for every system, 200 MB of them: only those of one are kept. */
export async function removeForeignBinaries(unpacked: string, platform: string): Promise<string[]> {
  const bin = join(unpacked, 'node_modules', 'onnxruntime-node', 'bin');
  if (!existsSync(bin)) return [];
  const foreign = (await readdir(bin)).map(async (abi) => {
    const systems = await readdir(join(bin, abi));
    return systems.filter((system) => system !== platform).map((system) => join(bin, abi, system));
  });
  const paths = (await Promise.all(foreign)).flat();
  await Promise.all(paths.map((path) => rm(path, { recursive: true })));
  return paths;
}
