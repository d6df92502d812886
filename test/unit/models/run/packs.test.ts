// Packs on disk: listed, checked, added, removed; damaged ones told apart.
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addPack, memoryForecast, previewCheckpoint } from '../../../../models/run/add-pack.ts';
import { checkPack } from '../../../../models/run/check-pack.ts';
import { openGraph } from '../../../../models/run/pack-sessions.ts';
import { builtInPacksFolder, findPack, listPacks, readPack, removePack } from '../../../../models/run/packs.ts';
import { createReconstructor } from '../../../../models/run/registry.ts';

const session = { providers: [], threads: 1 } as const;
const fixtures = fileURLToPath(new URL('../../../fixtures/models', import.meta.url));
const checkpoint = join(fixtures, 'cut3r-tiny-linear.safetensors');
let packsFolder = '';
beforeEach(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterEach(() => rm(packsFolder, { recursive: true, force: true }));

/** A copy of the tiny pack as one of the user's. */
async function copied(change: (manifest: Record<string, unknown>) => void = () => {}): Promise<string> {
  const folder = join(packsFolder, 'mine');
  await cp(join(builtInPacksFolder, 'tiny-recurrent'), folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  manifest.id = 'mine';
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
  return folder;
}

describe('installed packs', () => {
  test('are listed with the built-in ones, of which the test pack is hidden', async () => {
    await copied();
    const { packs } = await listPacks(packsFolder);
    const facts = packs.map(({ manifest: { id }, builtIn, hidden }) => ({ id, builtIn, hidden }));
    expect(facts).toContainEqual({ id: 'tiny-recurrent', builtIn: true, hidden: true });
    expect(facts).toContainEqual({ id: 'mine', builtIn: false, hidden: false });
  });

  test('can be removed, but not the built-in ones, nor what lies outside', async () => {
    await copied();
    await removePack(packsFolder, 'mine');
    expect(await readdir(packsFolder)).toEqual([]);
    await expect(removePack(packsFolder, 'tiny-recurrent')).rejects.toMatchObject({ code: 'not-allowed' });
    for (const id of ['mine', '..', '../x', '/tmp'])
      await expect(removePack(packsFolder, id)).rejects.toMatchObject({ code: 'model-unknown' });
  });

  test.for([
    ['a file is cut', (folder: string) => truncate(join(folder, 'step.weights'), 10), /step\.weights has 10 bytes/],
    ['a file is gone', (folder: string) => rm(join(folder, 'rays.onnx')), /rays\.onnx is missing/],
    [
      'the manifest is no JSON',
      (folder: string) => writeFile(join(folder, 'manifest.json'), '{'),
      /manifest\.json cannot be read/,
    ],
  ] as const)('are damaged when %s', async ([, damage, reason]) => {
    await damage(await copied());
    await expect(findPack(packsFolder, 'mine')).rejects.toMatchObject({ code: 'model-damaged' });
    await expect(findPack(packsFolder, 'mine')).rejects.toThrow(reason);
  });

  test('may not name files outside their folder, nor lack a field', async () => {
    await copied((manifest) => (manifest.files = [{ path: '../secret', bytes: 1 }]));
    await expect(findPack(packsFolder, 'mine')).rejects.toThrow('outside its folder');
    await rm(join(packsFolder, 'mine'), { recursive: true });
    await copied((manifest) => delete manifest.kind);
    await expect(findPack(packsFolder, 'mine')).rejects.toThrow('wrong at kind');
  });

  test('are held against their manifest when a graph is opened', async () => {
    type Graphs = Record<string, { outputs: { name: string; dims: (number | string)[] }[]; sha256: string }>;
    const folder = await copied((manifest) => ((manifest.graphs as Graphs).init.outputs[0].dims[0] = 21));
    await expect(openGraph(await readPack(folder), 'init', session)).rejects.toThrow('another shape for state');
    await rm(folder, { recursive: true });
    await copied((manifest) => ((manifest.graphs as Graphs).init.outputs[1].name = 'nothing'));
    await expect(openGraph(await readPack(folder), 'init', session)).rejects.toThrow('lacks nothing');
    await rm(folder, { recursive: true });
    await copied();
    await writeFile(join(folder, 'init.onnx'), 'something else');
    await expect(openGraph(await readPack(folder), 'init', session)).rejects.toThrow('not the file that was installed');
  });

  test('of a kind without a runner, and methods that do not exist, are refused by name', async () => {
    const folder = await copied((manifest) => (manifest.kind = 'language'));
    await expect(createReconstructor('mine', folder, session)).rejects.toThrow('it is a language pack');
    await expect(createReconstructor('nothing', null, session)).rejects.toMatchObject({ code: 'model-unknown' });
  });
});

describe('adding a checkpoint', () => {
  test('tells what it is before anything is written', async () => {
    const preview = await previewCheckpoint(checkpoint, packsFolder);
    expect(preview).toMatchObject({ name: 'CUT3R 64 linear', kind: 'recurrent', parameters: 1969047 });
    expect(preview.licence).toMatchObject({ id: 'CC-BY-NC-SA-4.0', mustAccept: true });
    expect(preview.choices.map(({ precision }) => precision)).toEqual(['float32', 'float16', 'int8']);
    expect(preview.choices.map(({ installedId }) => installedId)).toEqual([null, null, null]);
    expect(await readdir(packsFolder)).toEqual([]);
  });

  test.for([
    ['cut3r-tiny-linear.safetensors', 3, 'int8'],
    ['da3-tiny/da3.safetensors', 2, 'float16'],
    ['dust3r-tiny-linear.safetensors', 2, 'float32'],
  ] as const)(
    '%s comes in %i precisions and takes the disk and memory that are told',
    async ([file, many, precision]) => {
      const path = join(fixtures, file);
      const { choices } = await previewCheckpoint(path, packsFolder);
      expect(choices).toHaveLength(many);
      const { pack } = await addPack(path, { packsFolder, acceptLicence: true, precision, session });
      expect(choices.find((choice) => choice.precision === precision)).toMatchObject({
        bytesOnDisk: pack.manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
        memoryMb: memoryForecast(pack.manifest.memoryMb).neededMb,
      });
      const after = (await previewCheckpoint(path, packsFolder)).choices.filter(
        ({ installedId }) => installedId !== null,
      );
      expect(after).toMatchObject([{ precision, installedId: pack.manifest.id }]);
    },
  );

  test('without the licence accepted writes nothing', async () => {
    await expect(addPack(checkpoint, { packsFolder, acceptLicence: false, session })).rejects.toMatchObject({
      code: 'model-licence',
    });
    expect(await readdir(packsFolder)).toEqual([]);
  });

  test('gives a checked pack once, with progress, and knows the same weights again', async () => {
    const stages = new Set<string>();
    const options = {
      packsFolder,
      acceptLicence: true,
      session,
      onProgress: (stage: string) => void stages.add(stage),
    };
    const { pack, selfCheck } = await addPack(checkpoint, options);
    expect(pack.manifest.id).toBe('cut3r-64-linear');
    expect(selfCheck?.passed).toBe(true);
    expect([...stages]).toContain('Writing the weights of the step graph');
    const again = await addPack(checkpoint, options);
    expect(again.pack.folder).toBe(pack.folder);
    expect(again.selfCheck).toBeNull();
    expect((await readdir(packsFolder)).sort()).toEqual(['cut3r-64-linear']);
  });

  test('that is cancelled leaves nothing behind', async () => {
    const controller = new AbortController();
    const onProgress = (stage: string): void => {
      if (stage.startsWith('Writing')) controller.abort();
    };
    const adding = addPack(checkpoint, {
      packsFolder,
      acceptLicence: true,
      session,
      signal: controller.signal,
      onProgress,
    });
    await expect(adding).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(packsFolder)).toEqual([]);
  });

  test('warns when the machine has too little memory', () => {
    expect(memoryForecast(1e9).warning).toMatch(/1100000000 MB of memory and this machine has/);
    expect(memoryForecast(1).warning).toBeNull();
  });
});

test('a pack of a kind that nothing runs has no check', async () => {
  const pack = await findPack(null, 'tiny-recurrent');
  const other = { ...pack, manifest: { ...pack.manifest, kind: 'geometry' as const } };
  await expect(checkPack(other, null, session)).rejects.toMatchObject({ code: 'golden-mismatch' });
});

test('a golden file that is not there or is something else is told as such', async () => {
  const pack = await findPack(null, 'tiny-recurrent');
  await expect(checkPack(pack, join(packsFolder, 'none'), session)).rejects.toThrow('none cannot be opened');
  await writeFile(join(packsFolder, 'bad'), 'x'.repeat(100));
  await expect(checkPack(pack, join(packsFolder, 'bad'), session)).rejects.toThrow('bad is no golden file');
  await expect(checkPack(pack, checkpoint, session)).rejects.toThrow('no recorded run');
});
