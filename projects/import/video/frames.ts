// The frames of a video as pictures: looked through small and grey, chosen, and written in full.

import { hash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { VideoFramesReply, VideoFramesRequest } from '../../format/photo-probe.ts';
import { StudioFailure } from '../../format/result.ts';
import { analysedWidthPx, FrameMeter } from '../../format/video/analyse.ts';
import { candidateGapS, choiceNotices, chooseFrames, type Candidate } from '../../format/video/choose-frames.ts';
import { frameFileName } from '../../format/video/file-names.ts';
import { looksLikeVideo } from '../photo/kinds.ts';
import { runFfmpeg } from './ffmpeg.ts';

const candidateFilter = `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${candidateGapS})'`;
const draftPrefix = '.frames-';
/** Numbers the frames anew, so that the constant rate of the output neither drops nor doubles any. */
const renumber = 'setpts=N/(10*TB)';

/**
 * The same file gives the same frames under the same names.
 * @throws StudioFailure video-unreadable, photo-missing, disk-full
 */
export async function videoFrames({ path, folder }: VideoFramesRequest): Promise<VideoFramesReply> {
  const name = basename(path);
  const stats = await stat(path).catch(() => null);
  if (!stats) throw new StudioFailure('photo-missing', { name });
  if (stats.size === 0) throw new StudioFailure('video-unreadable', { name, reason: 'the file is empty.' });
  // By its ending alone ffmpeg would take a text for a broken film.
  if (!looksLikeVideo(await firstBytes(path)))
    throw new StudioFailure('video-unreadable', { name, reason: 'it is no video of a kind the studio knows.' });
  const candidates = await lookThrough(path, name);
  if (candidates.length === 0) throw new StudioFailure('video-unreadable', { name, reason: 'it holds no pictures.' });
  const choice = chooseFrames(candidates);
  const key = hash('sha256', `${path}\n${stats.size}\n${stats.mtimeMs}`, 'hex').slice(0, 8);
  const frames = await write(
    path,
    folder,
    `${name.replace(/\.[^.]*$/, '')}-${key}`,
    choice.chosen.map((idx) => ({ idx, timeMs: candidates[idx].timeMs })),
  );
  return { frames, notices: choiceNotices(name, candidates.length, choice) };
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path).catch(() => null);
  if (!file)
    throw new StudioFailure('photo-unreadable', { name: basename(path), reason: 'you have no permission to read it.' });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function lookThrough(path: string, name: string): Promise<Candidate[]> {
  const timesMs: number[] = [];
  const measured: { sharpness: number; motion: number }[] = [];
  let size: { widthPx: number; heightPx: number } | null = null;
  const meter = new FrameMeter();
  let bytes: Buffer[] = [];
  let held = 0;
  const drain = (): void => {
    if (!size) return;
    const frameBytes = size.widthPx * size.heightPx;
    if (held < frameBytes) return;
    const all = Buffer.concat(bytes);
    let at = 0;
    for (; at + frameBytes <= all.length; at += frameBytes)
      measured.push(meter.measure({ ...size, data: all.subarray(at, at + frameBytes) }));
    bytes = [all.subarray(at)];
    held = all.length - at;
  };
  const filters = `${candidateFilter},scale=${analysedWidthPx}:-2:flags=area,format=gray,showinfo,${renumber}`;
  await runFfmpeg(name, ['-i', path, '-map', '0:v:0', '-vf', filters, '-r', '10', '-f', 'rawvideo', 'pipe:1'], {
    onLine: (line) => {
      const found = /showinfo.* pts_time:\s*(-?[\d.]+).* s:(\d+)x(\d+)/.exec(line);
      if (!found) return;
      timesMs.push(Math.max(0, Math.round(Number(found[1]) * 1000)));
      size ??= { widthPx: Number(found[2]), heightPx: Number(found[3]) };
    },
    onOutput: (part) => {
      bytes.push(part);
      held += part.length;
      drain();
    },
  });
  drain();
  return measured.slice(0, timesMs.length).map((values, idx) => ({ timeMs: timesMs[idx], ...values }));
}

async function write(
  path: string,
  folder: string,
  prefix: string,
  chosen: readonly { idx: number; timeMs: number }[],
): Promise<VideoFramesReply['frames']> {
  await mkdir(folder, { recursive: true });
  // What a killed import left behind.
  for (const left of await readdir(folder))
    if (left.startsWith(draftPrefix)) await rm(join(folder, left), { recursive: true, force: true });
  const draft = await mkdtemp(join(folder, draftPrefix));
  try {
    const pick = `select='${chosen.map(({ idx }) => `eq(n,${idx})`).join('+')}'`;
    // JPEG means BT.601 and full range, whatever the video is in.
    const colours = 'scale=out_color_matrix=bt601:out_range=full,format=yuvj420p';
    const filters = [candidateFilter, pick, renumber, colours].join(',');
    const output = ['-r', '10', '-q:v', '2', '-f', 'image2', join(draft.replaceAll('%', '%%'), '%06d.jpg')];
    await runFfmpeg(basename(path), ['-i', path, '-map', '0:v:0', '-vf', filters, ...output], {});
    const frames: VideoFramesReply['frames'] = [];
    for (const [idx, file] of (await readdir(draft)).sort().entries()) {
      const { timeMs } = chosen[idx];
      const target = join(folder, frameFileName(prefix, timeMs));
      await rename(join(draft, file), target);
      frames.push({ path: target, timeMs });
    }
    return frames;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
