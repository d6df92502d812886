// What models/train adds to CUT3R: points composed of depth and focal length, words per cell, Gaussians per cell, and the text side.

import { startGraph, type BuiltGraph } from './built-graph.ts';
import type { Cut3rConfig } from './cut3r-config.ts';
import type { HeadInputs } from './cut3r-head-inputs.ts';
import type { Value } from './graph.ts';
import { mlp, type Net } from './layers.ts';
import { shuffled, unsqueezed } from './pixel-shuffle.ts';
import type { WeightLedger } from './weights.ts';

/** Cells of the language map are this wide in pixels, those of the Gaussians two. */
const languagePx = 4;
const gaussianPx = 2;
/** Offset 3, log scale 3, quaternion 4, opacity 1, change of colour 3: raw numbers as in models/train/model/gaussians.py. */
const gaussianChannels = 14;

/**
 * Outputs `points_self` and `conf_self`: two channels per pixel (log depth, raw confidence), and one focal length per photo read
 * from the pose token, as a share of the long side; the principal point is the middle.
 */
export function composedPoints(net: Net, config: Cut3rConfig, inputs: HeadInputs): void {
  const { g, weights } = net;
  const { channels } = config.decoder;
  const map = shuffled(net, 'downstream_head.proj', inputs.last, channels, 2, inputs);
  const bounded = g.op('Clip', [g.slice(map, 2, 0, 1), g.constant(Float32Array.of(-6), []), g.scalar(6)]);
  const depth = g.op('Exp', [bounded]);
  const hidden = weights.rowsOf('downstream_head.focal_head.mlp.fc1.weight');
  const size = { inputs: channels, hidden, outputs: 1 };
  const raw = mlp(net, 'downstream_head.focal_head.mlp', inputs.pose, size, { keepFloat32: true });
  const heightPx = g.mul(g.cast(inputs.rows, 'float32'), g.scalar(config.patchPx));
  const widthPx = g.mul(g.cast(inputs.cols, 'float32'), g.scalar(config.patchPx));
  const focalPx = g.mul(g.op('Exp', [g.reshape(raw, 1)]), g.op('Max', [heightPx, widthPx]));
  // Pixel centres from the middle, in focal lengths.
  const axis = (count: Value): Value => {
    const whole = g.op('Range', [g.scalar(0), count, g.scalar(1)]);
    return g.div(g.sub(g.add(whole, g.scalar(0.5)), g.mul(count, g.scalar(0.5))), focalPx);
  };
  const x = g.op('Unsqueeze', [axis(widthPx), g.ints(0, 2)]);
  const y = g.op('Unsqueeze', [axis(heightPx), g.ints(1, 2)]);
  g.output('points_self', g.concat([g.mul(depth, x), g.mul(depth, y), depth], 2), ['height', 'width', 3]);
  const confidence = g.op('Exp', [g.op('Squeeze', [g.slice(map, 2, 1), g.ints(2)])]);
  g.output('conf_self', g.add(confidence, g.scalar(1)), ['height', 'width']);
}

/** Outputs `language` (unit vectors per cell of four pixels) and `gaussians` (raw, per cell of two), for the heads that are there. */
export function extraHeads(net: Net, config: Cut3rConfig, inputs: HeadInputs): void {
  const { g } = net;
  const { channels } = config.decoder;
  if (config.languageDim > 0) {
    const side = config.patchPx / languagePx;
    const map = shuffled(net, 'language_head', inputs.last, channels, config.languageDim, inputs, side);
    const length = g.op('ReduceL2', [map, g.ints(2)], { keepdims: 1 });
    const unit = g.div(map, g.op('Max', [length, g.constant(Float32Array.of(1e-12), [])]));
    g.output('language', unit, ['language_rows', 'language_cols', config.languageDim]);
  }
  if (config.gaussians) {
    const side = config.patchPx / gaussianPx;
    const map = shuffled(net, 'gaussian_head', inputs.last, channels, gaussianChannels, inputs, side);
    g.output('gaussians', map, ['gaussian_rows', 'gaussian_cols', gaussianChannels]);
  }
}

/** No input → `vectors` [words, dim]: unit vectors of the words in the order of the pack's list. */
export function buildText(config: Cut3rConfig, ledger: WeightLedger): BuiltGraph {
  const { net, built } = startGraph('text', ledger, 'float32');
  const size = [config.wordRows, config.languageDim];
  const rows = net.weights.add(net.g, 'text_space.vectors', size);
  // A graph's output may not be its own weight.
  net.g.output('vectors', net.g.op('Squeeze', [unsqueezed(net.g, rows), net.g.ints(0)]), size);
  return built;
}
