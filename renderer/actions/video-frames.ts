// Frames of a video taken by the page itself, where the host has no ffmpeg: browsers bring decoders that we may not ship.
// The choice is the host's own (projects/format/video); only who decodes differs.

import { ALL_FORMATS, BlobSource, CanvasSink, Input, type InputVideoTrack, type WrappedCanvas } from 'mediabunny';
import { StudioFailure } from '../../projects/format/result.ts';
import { analysedWidthPx, FrameMeter, type GreyPicture } from '../../projects/format/video/analyse.ts';
import {
  candidateGapS,
  choiceNotices,
  chooseFrames,
  type Candidate,
} from '../../projects/format/video/choose-frames.ts';
import { frameFileName } from '../../projects/format/video/file-names.ts';

const jpegQuality = 0.95;
/** Looking through decodes every frame, the second pass only what lies before the chosen ones. */
const lookingShare = 0.6;

/**
 * @param onProgress share of the work that is done, 0…1
 * @returns the chosen frames as JPEG files in order, and what to tell about the choice
 * @throws StudioFailure video-unreadable, cancelled
 */
export async function framesOfVideo(
  video: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ photos: File[]; notices: string[] }> {
  const unreadable = (reason: string): StudioFailure =>
    new StudioFailure('video-unreadable', { name: video.name, reason });
  const input = new Input({ source: new BlobSource(video), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack().catch(() => {
      throw unreadable('it is no video, or it is damaged.');
    });
    if (!track) throw unreadable('it holds no pictures.');
    if (!(await track.canDecode()))
      throw unreadable(
        `this browser has no decoder for ${track.codec ?? 'its pictures'}; with the program ffmpeg (ffmpeg.org) on this machine the studio reads it.`,
      );
    const endS = await track.computeDuration();
    const candidates = await lookThrough(track, signal, (timeS) => onProgress((lookingShare * timeS) / endS));
    if (candidates.length === 0) throw unreadable('it holds no pictures.');
    const choice = chooseFrames(candidates.map(({ candidate }) => candidate));
    const timesS = choice.chosen.map((idx) => candidates[idx].timeS);
    const photos: File[] = [];
    for await (const frame of new CanvasSink(track, { poolSize: 1 }).canvasesAtTimestamps(timesS)) {
      if (signal.aborted) throw new StudioFailure('cancelled');
      if (frame) photos.push(await jpegOf(frame, video.name));
      onProgress(lookingShare + ((1 - lookingShare) * photos.length) / timesS.length);
    }
    return { photos, notices: choiceNotices(video.name, candidates.length, choice) };
  } catch (error) {
    throw error instanceof StudioFailure ? error : unreadable(`its pictures cannot be decoded: ${String(error)}`);
  } finally {
    input.dispose();
  }
}

async function lookThrough(
  track: InputVideoTrack,
  signal: AbortSignal,
  onTime: (timeS: number) => void,
): Promise<{ timeS: number; candidate: Candidate }[]> {
  const found: { timeS: number; candidate: Candidate }[] = [];
  const meter = new FrameMeter();
  let last = -Infinity;
  for await (const frame of new CanvasSink(track, { width: analysedWidthPx, poolSize: 1 }).canvases()) {
    if (signal.aborted) throw new StudioFailure('cancelled');
    if (frame.timestamp - last < candidateGapS) continue;
    last = frame.timestamp;
    const timeMs = Math.max(0, Math.round(last * 1000));
    found.push({ timeS: last, candidate: { timeMs, ...meter.measure(greyOf(frame.canvas)) } });
    onTime(last);
  }
  return found;
}

/** Luma of BT.601, as the host's decoder gives it. */
function greyOf(canvas: WrappedCanvas['canvas']): GreyPicture {
  const { width, height } = canvas;
  const { data } = contextOf(canvas).getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++)
    grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return { widthPx: width, heightPx: height, data: grey };
}

const contextOf = (canvas: WrappedCanvas['canvas']): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D =>
  canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

async function jpegOf({ canvas, timestamp }: WrappedCanvas, videoName: string): Promise<File> {
  const type = 'image/jpeg';
  const blob =
    'convertToBlob' in canvas
      ? await canvas.convertToBlob({ type, quality: jpegQuality })
      : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, jpegQuality));
  if (!blob) throw new Error('the browser made no picture of a frame.');
  const prefix = videoName.replace(/\.[^.]*$/, '');
  return new File([blob], frameFileName(prefix, Math.max(0, Math.round(timestamp * 1000))), { type });
}
