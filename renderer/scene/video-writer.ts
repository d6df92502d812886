// MP4 and WebM, by the browser's own encoders.

import type { VideoCodec } from 'mediabunny';
import type { FilmFormat, FilmShape, FilmWriter } from './film-writer.ts';

const codecs: Readonly<Record<Exclude<FilmFormat, 'gif'>, readonly VideoCodec[]>> = {
  mp4: ['avc', 'hevc', 'av1', 'vp9'],
  webm: ['vp9', 'av1', 'vp8'],
};

/** @throws Error with a sentence when the browser has no encoder for the format at that size */
export async function videoWriter({ format, widthPx, heightPx, framesPerSecond }: FilmShape): Promise<FilmWriter> {
  const kind = format === 'webm' ? 'webm' : 'mp4';
  const { BufferTarget, CanvasSource, canEncodeVideo, Mp4OutputFormat, Output, QUALITY_HIGH, WebMOutputFormat } =
    await import('mediabunny');
  let codec: VideoCodec | null = null;
  for (const candidate of codecs[kind])
    if (codec === null && (await canEncodeVideo(candidate, { width: widthPx, height: heightPx }))) codec = candidate;
  if (codec === null) throw new Error(`This browser cannot write ${kind.toUpperCase()} at ${widthPx} × ${heightPx}.`);
  const target = new BufferTarget();
  const output = new Output({ format: kind === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat(), target });
  let source: InstanceType<typeof CanvasSource> | null = null;
  return {
    async add(canvas, frameIdx) {
      if (source === null) {
        source = new CanvasSource(canvas, { codec, bitrate: QUALITY_HIGH });
        output.addVideoTrack(source, { frameRate: framesPerSecond });
        await output.start();
      }
      await source.add(frameIdx / framesPerSecond, 1 / framesPerSecond);
    },
    async finish() {
      await output.finalize();
      return new Blob([target.buffer ?? new ArrayBuffer(0)], { type: `video/${kind}` });
    },
    cancel: () => output.cancel(),
  };
}
