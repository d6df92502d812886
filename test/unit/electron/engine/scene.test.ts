// A rendered room with known truth becomes splats, answers questions in words, and is drawn from where nobody stood.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AskReply, LanguageFiles, SceneFrame } from '../../../../electron/contract/scene-requests.ts';
import type { RenderRequest } from '../../../../electron/contract/scene-requests.ts';
import { sceneHandlers } from '../../../../electron/engine/scene/handlers.ts';
import { comparePictures } from '../../../../models/evaluate/pictures.ts';
import { addPack } from '../../../../models/run/add-pack.ts';
import { decodeGaussianChunk } from '../../../../projects/format/gaussian-chunk.ts';
import { projectPoint } from '../../../../projects/format/intrinsics.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { renderScene } from '../../../../projects/sample/render-scene.ts';
import { renderFrames, type RenderedFrame } from '../../../support/rendered-frames.ts';
import { writeWithWholeVocabulary } from '../../../support/whole-vocabulary.ts';

const up = [0, 0, 1] as const;
const scene = boxRoom();
let folder: string;
let rendered: RenderedFrame[];
let frames: SceneFrame[];
let counts: number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-scene-'));
  rendered = await renderFrames(scene, arcCameras(5, 200, 150, 70), folder);
  frames = rendered.map(({ frame }) => frame);
  const planes = await sceneHandlers.findPlanes({ frames, upInWorld: up });
  expect(planes.floorHeight).toBeCloseTo(0, 1);
  counts = [];
  for (const { frameId } of frames) {
    const { id, count } = await sceneHandlers.splat({ frames, frameId, planes, chunksFolder: folder });
    counts.push(count);
    frames = frames.map((frame) =>
      frame.frameId === frameId ? { ...frame, gaussians: { id, path: join(folder, `${id}.safetensors`) } } : frame,
    );
  }
});
afterAll(() => rm(folder, { recursive: true }));

const askFor = (text: string, more: Partial<Parameters<typeof sceneHandlers.ask>[0]> = {}): Promise<AskReply> =>
  sceneHandlers.ask({
    text,
    notThis: [],
    threshold: 0.5,
    frames,
    language: null,
    upInWorld: up,
    scale: null,
    scoresFolder: folder,
    ...more,
  });

/** Instance of the truth that every splat lies on, by its own photo's pixel. */
async function truthOfSplats(): Promise<{ name: string; splat: number }[]> {
  const truth: { name: string; splat: number }[] = [];
  let splat = 0;
  for (const [f, { gaussians }] of frames.entries()) {
    const { means, count } = decodeGaussianChunk(await readFile(gaussians?.path ?? ''));
    const { view, camera } = rendered[f];
    for (let i = 0; i < count; i++, splat++) {
      const pixel = projectPoint(camera.intrinsics, [means[3 * i], means[3 * i + 1], means[3 * i + 2]]) ?? [0, 0];
      const id = view.instances[Math.floor(pixel[1]) * view.widthPx + Math.floor(pixel[0])];
      truth.push({ name: id === 0 ? '' : scene.instances[id - 1].name, splat });
    }
  }
  return truth;
}

async function scoresOf(reply: AskReply): Promise<Uint8Array> {
  return readFile(join(folder, `${reply.scoresId}.bin`));
}

/** Intersection over union of the hits with the splats of the named things. */
async function overlapWith(reply: AskReply, names: string[]): Promise<number> {
  const scores = await scoresOf(reply);
  const truth = await truthOfSplats();
  let both = 0;
  let either = 0;
  for (const { name, splat } of truth) {
    const hit = scores[splat] >= 127.5;
    const wanted = names.includes(name);
    if (hit && wanted) both++;
    if (hit || wanted) either++;
  }
  return both / either;
}

test('a later photo adds only what earlier ones did not show', () => {
  const pixels = rendered[0].view.widthPx * rendered[0].view.heightPx;
  expect(counts[0]).toBeGreaterThan(0.95 * pixels);
  expect(counts.reduce((a, b) => a + b, 0)).toBeLessThan(2.6 * pixels);
  counts.slice(1).forEach((count) => expect(count).toBeLessThan(0.6 * pixels));
});

describe('questions', () => {
  // The things are patterned in two tones and shaded: the share of their splats that carries the name's own colour bounds the overlap.
  test.each([
    ['floor', ['floor'], 0.9],
    ['blue', ['blue box'], 0.55],
    ['wall', ['north wall', 'west wall', 'east wall', 'south wall', 'picture'], 0.85],
    ['floor or wall', ['floor', 'north wall', 'west wall', 'east wall', 'picture'], 0.85],
    ['not floor and not wall', ['blue box', 'red box', 'ball', 'ceiling'], 0.6],
  ])('“%s” hits what the truth says', async (text, names, least) => {
    expect(await overlapWith(await askFor(text), names)).toBeGreaterThan(least);
  });

  test('the counts add up, and the answer names the photos that saw it', async () => {
    const reply = await askFor('blue');
    expect(reply.chunkIds).toHaveLength(5);
    expect(reply.histogram.reduce((a, b) => a + b, 0)).toBe(reply.splats);
    expect((await scoresOf(reply)).filter((score) => score >= 127.5).length).toBe(reply.hits);
    const [first] = reply.instances;
    expect(first.center[0]).toBeCloseTo(0.7, 0);
    expect(first.photos.length).toBeGreaterThan(2);
    for (const { regionPx } of first.photos) expect(regionPx.width).toBeGreaterThan(5);
  });

  test('there is one blue box', async () => {
    expect((await askFor('blue and not wall')).instances.filter(({ count }) => count > 200)).toHaveLength(1);
  });

  test('“not this” takes what looks like it out of the answer', async () => {
    const before = await askFor('vertical');
    const truth = await truthOfSplats();
    const scores = await scoresOf(before);
    const blueIdx = truth.findIndex(({ name, splat }) => name === 'blue box' && scores[splat] > 200);
    const owner = frames.findIndex((_, f) => counts.slice(0, f + 1).reduce((a, b) => a + b, 0) > blueIdx);
    const splatIdx = blueIdx - counts.slice(0, owner).reduce((a, b) => a + b, 0);
    const after = await askFor('vertical', { notThis: [{ frameId: frames[owner].frameId, splatIdx }] });
    expect(after.hits).toBeLessThan(before.hits);
    expect((await scoresOf(after))[blueIdx]).toBeLessThan(30);
  });

  test('deleted boxes do not answer', async () => {
    const everything = {
      cameraFromBox: { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 },
      halfSize: [99, 99, 99],
    } as const;
    const deleted = frames.map((frame) => ({ ...frame, deletedBoxes: [{ ...everything, frameId: frame.frameId }] }));
    expect((await askFor('floor', { frames: deleted })).hits).toBe(0);
    expect((await askFor('left', { frames: deleted })).hits).toBe(0);
  });

  test.each([
    ['zebra', 'query-unknown-word'],
    ['red and', 'bad-input'],
  ])('“%s” is answered with %s', async (text, code) => {
    await expect(askFor(text)).rejects.toThrowError(expect.objectContaining({ code }));
  });

  test('label sets give every splat one word or none', async () => {
    const { counts: labelled, labelsId } = await sceneHandlers.label({
      words: ['floor', 'wall', 'blue'],
      reject: 0.5,
      language: null,
      frames,
      upInWorld: up,
      scale: null,
      scoresFolder: folder,
    });
    const labels = await readFile(join(folder, `${labelsId}.bin`));
    expect(labelled.reduce((a, b) => a + b, 0)).toBe(labels.length);
    expect(labelled[0]).toBe((await askFor('floor')).hits);
  });
});

describe.each(['CLIP', 'LSeg'] as const)('with %s as language pack', (name) => {
  // Random weights: what a word means is nonsense, how it travels is not.
  let language: LanguageFiles;
  beforeAll(async () => {
    const checkpoint = join(folder, `${name}.safetensors`);
    await writeWithWholeVocabulary(name, checkpoint);
    const { pack } = await addPack(checkpoint, {
      packsFolder: join(folder, `packs-${name}`),
      acceptLicence: true,
    });
    const codebookPath = join(folder, `codebook-${name}.safetensors`);
    const featurePaths: Record<string, string> = {};
    let codes = 0;
    for (const [f, frame] of frames.entries()) {
      const { view } = rendered[f];
      const photoPath = join(folder, `photo-${f}.png`);
      await sharp(view.rgb, { raw: { width: view.widthPx, height: view.heightPx, channels: 3 } }).toFile(photoPath);
      const request = { frame, photoPath, packFolder: pack.folder, codebookPath, chunksFolder: folder };
      const reply = await sceneHandlers.embed(request);
      featurePaths[frame.frameId] = join(folder, `${reply.id}.safetensors`);
      codes = reply.codes;
    }
    expect(codes).toBeGreaterThan(3);
    language = { packFolder: pack.folder, codebookPath, featurePaths };
  }, 60_000);

  test('any word is answered, and joins with words of the lexicon', async () => {
    const zebra = await scoresOf(await askFor('zebra', { language }));
    expect(new Set(zebra).size).toBeGreaterThan(2);
    const both = await scoresOf(await askFor('zebra and floor', { language }));
    const floor = await scoresOf(await askFor('floor', { language }));
    both.forEach((score, i) => expect(score).toBe(Math.min(zebra[i], floor[i])));
  });

  test('a photo the pack has not looked at does not answer', async () => {
    const { [frames[0].frameId]: _first, ...others } = language.featurePaths;
    const scores = await scoresOf(await askFor('giraffe', { language: { ...language, featurePaths: others } }));
    expect(Math.max(...scores.subarray(0, counts[0]))).toBe(0);
  });
});

/** Of every picture; only maps of labels look at it. */
const labels = (): RenderRequest['labels'] => ({
  words: ['floor', 'blue'],
  colors: ['#804020', '#0000ff'],
  reject: 0.5,
  language: null,
  upInWorld: up,
  scale: null,
});

test('a label map of a view shows the floor in the colour of its word, where it is', async () => {
  const [camera] = arcCameras(4, 200, 150, 50).slice(1);
  const outPath = join(folder, 'labels.png');
  await sceneHandlers.render({ frames, ...camera, kind: 'labels', labels: labels(), outPath });
  const { data } = await sharp(outPath).raw().toBuffer({ resolveWithObject: true });
  const { labels: truth } = renderScene(scene, camera);
  const floor = scene.instances[0].classId;
  let both = 0;
  let either = 0;
  const seen = new Set<number>();
  truth.forEach((label, at) => {
    const color = (data[3 * at] << 16) | (data[3 * at + 1] << 8) | data[3 * at + 2];
    seen.add(color);
    const [isShown, isTrue] = [color === 0x804020, label === floor];
    if (isShown && isTrue) both++;
    if (isShown || isTrue) either++;
  });
  expect([...seen].sort((x, y) => x - y)).toEqual([0, 0x0000ff, 0x804020]);
  // Splats are a little wider than what they show: edges of the floor are a pixel off.
  expect(both / either).toBeGreaterThan(0.85);
});

test('a picture that cannot be written is told in one line', async () => {
  const [camera] = arcCameras(1, 20, 15, 50);
  const refused = sceneHandlers.render({ frames, ...camera, kind: 'color', labels: labels(), outPath: folder });
  await expect(refused).rejects.toThrow(/^The export could not be written: [^\n]*\.$/);
});

test('a view between two photos looks like the truth', async () => {
  const [camera] = arcCameras(4, 200, 150, 50).slice(1);
  const outPath = join(folder, 'view.png');
  const { coverage } = await sceneHandlers.render({ frames, ...camera, kind: 'color', labels: labels(), outPath });
  expect(coverage).toBeGreaterThan(0.97);
  const { data } = await sharp(outPath).raw().toBuffer({ resolveWithObject: true });
  const truth = renderScene(scene, camera);
  const scores = comparePictures({ ...truth, data: new Uint8Array(data) }, { ...truth, data: truth.rgb }, null);
  // One ray a pixel on patterns finer than a pixel: the truth itself flickers from view to view; 17.3 dB and 0.39 were measured.
  expect(scores.psnr).toBeGreaterThan(17);
  expect(scores.ssim).toBeGreaterThan(0.37);
  await sceneHandlers.render({ frames, ...camera, kind: 'depth', labels: labels(), outPath });
  const depth = await sharp(outPath).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const millimetres = new Uint16Array(depth.buffer, depth.byteOffset, depth.length / 2);
  const errors = [...millimetres.keys()]
    .filter((at) => millimetres[at] > 0)
    .map((at) => Math.abs(millimetres[at] / 1000 - truth.depth[at]) / truth.depth[at]);
  expect(errors.sort((a, b) => a - b)[errors.length >> 1]).toBeLessThan(0.01);
});

test('a photo that was left out is drawn from the others and scored', async () => {
  const photoPaths: Record<string, string> = {};
  for (const { frame, view } of rendered) {
    photoPaths[frame.photoId] = join(folder, `${frame.photoId}.png`);
    const raw = { width: view.widthPx, height: view.heightPx, channels: 3 } as const;
    await sharp(view.rgb, { raw }).toFile(photoPaths[frame.photoId]);
  }
  const { views, psnr, ssim, coverage } = await sceneHandlers.scoreViews({
    frames,
    photoPaths,
    every: 4,
    polish: false,
  });
  expect(views.map(({ photoId }) => photoId)).toEqual(['p2']);
  expect(coverage).toBeGreaterThan(0.9);
  // As for the view between two photos above.
  expect(psnr).toBeGreaterThan(16);
  expect(ssim).toBeGreaterThan(0.35);
  await expect(
    sceneHandlers.scoreViews({ frames: frames.slice(0, 1), photoPaths, every: 4, polish: false }),
  ).rejects.toThrow();
});
