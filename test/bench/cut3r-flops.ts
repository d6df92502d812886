// Floating-point operations in the matrix products (and convolutions) of CUT3R, counted from its sizes: two per multiply-add.
import type { Cut3rConfig } from '../../models/compile/cut3r-config.ts';

export interface Cut3rFlops {
  encoder: number;
  step: number;
}

export function cut3rFlops(config: Cut3rConfig, widthPx: number, heightPx: number): Cut3rFlops {
  const { encoder, decoder, patchPx, stateTokens, memorySlots, memoryHidden, stateHidden } = config;
  const rows = heightPx / patchPx;
  const cols = widthPx / patchPx;
  const n = rows * cols;
  const c = decoder.channels;
  const block = (tokens: number, width: number, hidden: number): number =>
    tokens * (4 * width * width + 2 * width * hidden) + 2 * tokens * tokens * width;
  const cross = (tokens: number, others: number, width: number): number =>
    2 * (tokens + others) * width * width + 2 * tokens * others * width;
  const encoderProducts =
    n * 3 * patchPx ** 2 * encoder.channels + encoder.depth * block(n, encoder.channels, encoder.hidden);
  const image = n + 1;
  const layers =
    block(image, c, decoder.hidden) +
    cross(image, stateTokens, c) +
    block(stateTokens, c, stateHidden) +
    cross(stateTokens, image, c);
  const memory =
    2 * (block(memorySlots, 2 * c, memoryHidden) + cross(memorySlots, 1, 2 * c)) +
    2 * (block(1, 2 * c, memoryHidden) + cross(1, memorySlots, 2 * c));
  const moved = 2 * block(n, c, decoder.hidden);
  const heads =
    config.head === 'dpt' ? 3 * dptProducts(config, rows, cols) : n * 3 * (c * 4 * c + (4 * c * 11 * 256) / 3);
  const step = n * encoder.channels * c + decoder.depth * layers + memory + moved + heads;
  return { encoder: 2 * encoderProducts, step: 2 * step };
}

/** One DPT branch at the released widths: 96, 192, 384, 768 inside, 256 features, 128 at the end. */
function dptProducts(config: Cut3rConfig, rows: number, cols: number): number {
  const widths = [96, 192, 384, 768];
  const inputs = [config.encoder.channels, ...[1, 1, 1].map(() => config.decoder.channels)];
  const n = rows * cols;
  const cells = [16 * n, 4 * n, n, Math.ceil(rows / 2) * Math.ceil(cols / 2)];
  const kernel = 9;
  const features = 256;
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    sum += n * inputs[i] * widths[i];
    if (i === 0) sum += n * widths[0] * widths[0] * 16;
    if (i === 1) sum += n * widths[1] * widths[1] * 4;
    if (i === 3) sum += cells[3] * widths[3] * widths[3] * kernel;
    sum += cells[i] * widths[i] * features * kernel;
    // Two residual units (one at the top), two convolutions each, and the 1×1 at the end before the enlargement.
    sum += cells[i] * features * features * (kernel * (i === 3 ? 2 : 4) + 1);
  }
  const half = 64 * n;
  const full = 256 * n;
  return sum + half * features * 128 * kernel + full * 128 * (128 * kernel + 4);
}
