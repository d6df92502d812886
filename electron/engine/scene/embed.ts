// Learned features of one frame's splats: the photo's cells through a language pack, each splat gets the code of the cell it was seen in.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbedRequest } from '../../contract/scene-requests.ts';
import { FeatureCodebook } from '../../../models/language/feature-codebook.ts';
import { LanguageEncoder, type LanguageSource, type PatchFeatures } from '../../../models/language/encoder.ts';
import { openNearestCodes, type NearestCodes } from '../../../models/language/nearest-codes.ts';
import { WordEncoder } from '../../../models/language/word-encoder.ts';
import { knowsWords, readPack } from '../../../models/run/packs.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { projectPoint, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../projects/format/safetensors.ts';
import { openPhoto } from '../../../projects/import/decode.ts';
import { writeDurably } from '../durable-file.ts';
import { readGaussians } from './scene-files.ts';

let nearest: Promise<NearestCodes> | null = null;
const nearestCodes = (): Promise<NearestCodes> => (nearest ??= openNearestCodes());

let held: { folder: string; encoder: Promise<LanguageSource> } | null = null;

/** The pack that was used last stays open: photos and questions come in rows. @throws StudioFailure model-damaged */
export async function encoderOf(packFolder: string): Promise<LanguageSource> {
  if (held?.folder !== packFolder) {
    await (await held?.encoder)?.dispose();
    held = { folder: packFolder, encoder: openSource(packFolder) };
    held.encoder.catch(() => (held = null));
  }
  return held.encoder;
}

async function openSource(packFolder: string): Promise<LanguageSource> {
  const pack = await readPack(packFolder);
  return knowsWords(pack) ? WordEncoder.open(pack) : LanguageEncoder.open(pack);
}

/** @throws StudioFailure model-damaged, photo-missing, photo-unreadable, not-found, chunk-damaged, disk-full */
export async function embed(request: EmbedRequest): Promise<{ id: string; codes: number }> {
  const { frame, photoPath, packFolder, codebookPath, chunksFolder } = request;
  if (!frame.gaussians) throw new StudioFailure('not-found', { what: 'splat file' });
  const encoder = await encoderOf(packFolder);
  const gaussians = await readGaussians(frame.gaussians.path);
  const { widthPx, heightPx } = sizeFor(encoder, frame.intrinsics);
  const photo = await openPhoto(photoPath);
  const image = await photo.read({ widthPx, heightPx, fit: 'fill', enlarge: true });
  const features = await encoder.patchFeatures(image);
  const codebook = (await readCodebook(codebookPath)) ?? new FeatureCodebook(encoder.dim);
  const codeOfCell = await codebook.assign(features.vectors, (await nearestCodes()).find);
  const codes = codesOfSplats(gaussians, frame.intrinsics, features, codeOfCell);
  // The codebook first: codes that point behind its end would be worse than codes nobody uses.
  await writeDurably(codebookPath, encodeSafetensors(codebook.toTensors(), { kind: 'codebook' }));
  const id = randomUUID();
  const file = encodeSafetensors({ codes: { dtype: 'U16', shape: [codes.length], data: codes } }, { kind: 'features' });
  await writeDurably(join(chunksFolder, `${id}.safetensors`), file);
  return { id, codes: codebook.count };
}

/** The codebook of a run, or null before its first photo. @throws StudioFailure chunk-damaged */
export async function readCodebook(path: string): Promise<FeatureCodebook | null> {
  const file = await readFile(path).catch(() => null);
  if (file === null) return null;
  try {
    return FeatureCodebook.fromTensors(decodeSafetensors(file).tensors);
  } catch (error) {
    throw new StudioFailure('chunk-damaged', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Long side as the pack wants it, both sides whole patches, aspect as near as that allows. */
function sizeFor({ sizePx, patchPx }: LanguageSource, camera: Intrinsics): { widthPx: number; heightPx: number } {
  const scale = sizePx / Math.max(camera.widthPx, camera.heightPx);
  const whole = (px: number): number => Math.max(1, Math.round((px * scale) / patchPx)) * patchPx;
  return { widthPx: whole(camera.widthPx), heightPx: whole(camera.heightPx) };
}

function codesOfSplats(
  { count, means }: GaussianColumns,
  camera: Intrinsics,
  { rows, cols }: PatchFeatures,
  codeOfPatch: Uint16Array,
): Uint16Array {
  const codes = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const pixel = projectPoint(camera, [means[3 * i], means[3 * i + 1], means[3 * i + 2]]) ?? [0, 0];
    const col = Math.max(0, Math.min(cols - 1, Math.floor((pixel[0] / camera.widthPx) * cols)));
    const row = Math.max(0, Math.min(rows - 1, Math.floor((pixel[1] / camera.heightPx) * rows)));
    codes[i] = codeOfPatch[row * cols + col];
  }
  return codes;
}
