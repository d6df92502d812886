// The user's own ffmpeg: no decoder for phone video may be shipped under our licence (the prebuilt ones carry x264, GPL).

import { spawn } from 'node:child_process';
import { StudioFailure } from '../../format/result.ts';

/** `PERMANENCE_FFMPEG` names the program where it is not on the path. */
const program = (): string => process.env.PERMANENCE_FFMPEG ?? 'ffmpeg';

/** Whether this machine has it. */
export function hasFfmpeg(): Promise<boolean> {
  const child = spawn(program(), ['-version'], { stdio: 'ignore', windowsHide: true });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

export interface FfmpegRun {
  /** What it writes to its standard output, as it comes. */
  onOutput?(bytes: Buffer): void;
  /** Lines of its log. */
  onLine?(line: string): void;
}

/**
 * Runs ffmpeg on a file.
 * @param name of the video, for sentences
 * @throws StudioFailure video-unreadable, disk-full
 */
export async function runFfmpeg(name: string, args: readonly string[], { onOutput, onLine }: FfmpegRun): Promise<void> {
  // Playlists in disguise must not reach the network.
  const safe = ['-hide_banner', '-nostdin', '-nostats', '-protocol_whitelist', 'file,pipe'];
  const child = spawn(program(), [...safe, ...args], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const last: string[] = [];
  let rest = '';
  child.stdout.on('data', (bytes: Buffer) => onOutput?.(bytes));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      onLine?.(line);
      last.push(line);
    }
    last.splice(0, last.length - 30);
  });
  const failure = await new Promise<string | null>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? missing : `${error.message}.`),
    );
    child.on('close', (code) => resolve(code === 0 ? null : reasonOf([...last, rest].join('\n'))));
  });
  if (failure === full) throw new StudioFailure('disk-full');
  if (failure !== null) throw new StudioFailure('video-unreadable', { name, reason: failure });
}

const missing =
  'videos need the program ffmpeg, which was not found on this machine; install it (ffmpeg.org, or the package manager) and import again.';
const full = 'full';

function reasonOf(log: string): string {
  if (/No space left/i.test(log)) return full;
  if (/does not contain any stream|matches no streams|no video/i.test(log)) return 'it holds no pictures.';
  if (/moov atom not found/i.test(log)) return 'it is cut off: its index is missing.';
  if (/Invalid data found|could not find codec parameters/i.test(log)) return 'it is no video, or it is damaged.';
  if (/Permission denied/i.test(log)) return 'you have no permission to read the file.';
  if (/No such file/i.test(log)) return 'it is no longer where it was.';
  if (/Decoder .* not found|Unknown decoder|unknown codec/i.test(log)) return 'your ffmpeg has no decoder for it.';
  return `ffmpeg says: ${log.trim().split('\n').at(-1)?.slice(0, 160) ?? 'nothing'}.`;
}
