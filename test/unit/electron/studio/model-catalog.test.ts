// Language packs are listed and can be removed like any other, and are never offered for a run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelCatalog } from '../../../../electron/studio/model-catalog.ts';
import { addPack } from '../../../../models/run/add-pack.ts';

test('an added CLIP pack is listed with its kind, answers questions, and goes when it is removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-catalog-'));
  try {
    const catalog = new ModelCatalog(join(folder, 'zoo'), folder);
    const checkpoint = new URL('../../../fixtures/models/clip-tiny/openclip.safetensors', import.meta.url).pathname;
    const { pack } = await addPack(checkpoint, { packsFolder: catalog.addedFolder, acceptLicence: true });
    const { id } = pack.manifest;
    expect((await catalog.infos('CPU')).map(({ id, kind }) => [id, kind])).toEqual([
      ['geometry', 'geometry'],
      [id, 'language'],
    ]);
    expect((await catalog.languagePack())?.id).toBe(id);
    await expect(catalog.packFolder(id)).rejects.toMatchObject({
      code: 'model-cannot-reconstruct',
      message: expect.stringMatching(
        /^CLIP ViT-B\/8 does not reconstruct: it is a language pack, which answers questions/,
      ),
    });
    await catalog.remove(id);
    expect(await catalog.languagePack()).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('of several language packs LSeg answers, which knows every second pixel', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-catalog-'));
  try {
    const catalog = new ModelCatalog(join(folder, 'zoo'), folder);
    const fixtures = new URL('../../../fixtures/models/', import.meta.url).pathname;
    const options = { packsFolder: catalog.addedFolder, acceptLicence: true };
    await addPack(join(fixtures, 'clip-tiny/openclip.safetensors'), options);
    const { pack } = await addPack(join(fixtures, 'lseg-tiny/lseg.safetensors'), options);
    expect((await catalog.infos('CPU')).map(({ name, kind }) => [name, kind])).toEqual([
      ['Geometry', 'geometry'],
      ['CLIP ViT-B/8', 'language'],
      ['LSeg ViT-B/16', 'language'],
    ]);
    expect((await catalog.languagePack())?.id).toBe(pack.manifest.id);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a reconstructing pack of our own answers words too, until a language pack is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-catalog-'));
  try {
    const catalog = new ModelCatalog(join(folder, 'zoo'), folder);
    const fixtures = new URL('../../../fixtures/models/', import.meta.url).pathname;
    const options = { packsFolder: catalog.addedFolder, acceptLicence: true };
    const own = (await addPack(join(fixtures, 'permanence-toy.safetensors'), options)).pack;
    expect((await catalog.languagePack())?.id).toBe(own.manifest.id);
    expect(await catalog.packFolder(own.manifest.id)).toBe(own.folder);
    const clip = (await addPack(join(fixtures, 'clip-tiny/openclip.safetensors'), options)).pack;
    expect((await catalog.languagePack())?.id).toBe(clip.manifest.id);
  } finally {
    await rm(folder, { recursive: true });
  }
});
