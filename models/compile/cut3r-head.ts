// Heads of CUT3R: pose, points and confidence in the photo's own axes and in the world's, colour (model-facts 1.10 to 1.12).

import { composedPoints, extraHeads } from './cut3r-composed.ts';
import type { Cut3rConfig } from './cut3r-config.ts';
import type { HeadInputs } from './cut3r-head-inputs.ts';
import { dptBranch } from './dpt.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { layerNorm, linear, mlp, residual, selfAttention, type Net } from './layers.ts';
import { shuffled } from './pixel-shuffle.ts';
import { expand } from './points.ts';

/** Adds the outputs `points_self`, `conf_self`, `points_world`, `conf_world`, `colors`, `pose`. All in float32. */
export function cut3rHead(net: Net, config: Cut3rConfig, inputs: HeadInputs): void {
  const { g } = net;
  const channels = config.decoder.channels;
  poseHead(net, config, inputs.pose);
  const moved = [0, 1].reduce(
    (x, idx) => modulatedBlock(net, config, `downstream_head.final_transform.${idx}`, x, inputs),
    inputs.last,
  );
  const maps =
    config.head === 'dpt'
      ? dptMaps(net, config, inputs, moved)
      : {
          world: shuffled(net, 'downstream_head.cross_proj', moved, channels, 4, inputs),
          colors: shuffled(net, 'downstream_head.rgb_proj', inputs.last, channels, 3, inputs),
        };
  if ('self' in maps) pointOutputs(g, maps.self, 'self');
  else if (config.head === 'composed') composedPoints(net, config, inputs);
  else {
    const own = shuffled(net, 'downstream_head.proj', inputs.last, channels, 4, inputs);
    pointOutputs(g, signOfDepth(g, own), 'self');
  }
  extraHeads(net, config, inputs);
  pointOutputs(g, maps.world, 'world');
  const light = g.add(g.mul(g.op('Sigmoid', [maps.colors]), g.scalar(1 - 2e-6)), g.scalar(1e-6));
  g.output('colors', g.sub(g.mul(light, g.scalar(2)), g.scalar(1)), ['height', 'width', 3]);
}

/** Output `pose` [7]: tx ty tz qw qx qy qz (real part first, not negative), world from camera. */
function poseHead(net: Net, config: Cut3rConfig, pose: Value): void {
  const { g } = net;
  const { channels } = config.decoder;
  const hidden = net.weights.rowsOf('downstream_head.pose_head.mlp.fc1.weight');
  const size = { inputs: channels, hidden, outputs: 7 };
  const raw = mlp(net, 'downstream_head.pose_head.mlp', pose, size, { keepFloat32: true });
  const translation = expand(g, g.slice(raw, 1, 0, 3));
  const quaternion = g.slice(raw, 1, 3);
  const norm = g.op('ReduceL2', [quaternion, g.ints(-1)], { keepdims: 1 });
  const unit = g.div(quaternion, g.op('Max', [norm, g.constant(Float32Array.of(1e-8), [])]));
  const negative = g.op('Less', [g.slice(unit, 1, 0, 1), g.scalar(0)], {}, { type: 'bool' });
  const upright = g.op('Where', [negative, g.op('Neg', [unit]), unit], {}, { type: 'float32' });
  g.output('pose', g.reshape(g.concat([translation, upright], 1), 7), [7]);
}

/** x + attention, x + MLP, each behind a layer norm that the pose token shifts and scales. */
function modulatedBlock(net: Net, config: Cut3rConfig, prefix: string, x: Value, { pose, rope }: HeadInputs): Value {
  const { g } = net;
  const { channels, heads } = config.decoder;
  const modulated = (name: string, value: Value): Value => {
    const plain = g.cast(layerNorm(net, `${prefix}.${name}.norm`, value, channels), 'float32');
    const silu = g.mul(pose, g.op('Sigmoid', [pose]));
    const both = g.cast(
      linear(net, `${prefix}.${name}.mlp.1`, silu, { inputs: channels, outputs: 2 * channels }),
      'float32',
    );
    const scale = g.add(g.slice(both, 1, channels), g.scalar(1));
    return g.cast(g.add(g.mul(plain, scale), g.slice(both, 1, 0, channels)), net.precision);
  };
  const attended = selfAttention(net, `${prefix}.attn`, modulated('norm1', x), channels, heads, rope);
  const y = residual(g, x, attended);
  const hidden = net.weights.rowsOf(`${prefix}.mlp.fc1.weight`);
  return residual(
    g,
    y,
    mlp(net, `${prefix}.mlp`, modulated('norm2', y), { inputs: channels, hidden, outputs: channels }),
  );
}

function dptMaps(
  net: Net,
  config: Cut3rConfig,
  inputs: HeadInputs,
  moved: Value,
): { self: Value; world: Value; colors: Value } {
  const { tokens, middle, last, rows, cols } = inputs;
  const widths = [config.encoder.channels, ...Array.from({ length: 3 }, () => config.decoder.channels)];
  const branch = (name: string, top: Value, count: number): Value =>
    dptBranch(net, `downstream_head.${name}`, [tokens, ...middle, top], widths, { rows, cols }, count);
  return {
    self: branch('dpt_self', last, 4),
    world: branch('dpt_cross', moved, 4),
    colors: branch('dpt_rgb', last, 3),
  };
}

/** The linear head multiplies its own points by the sign of their depth. */
function signOfDepth(g: GraphBuilder, map: Value): Value {
  const sign = g.op('Sign', [g.slice(map, 2, 2, 3)]);
  return g.concat([g.mul(g.slice(map, 2, 0, 3), sign), g.slice(map, 2, 3)], 2);
}

function pointOutputs(g: GraphBuilder, map: Value, which: 'self' | 'world'): void {
  g.output(`points_${which}`, expand(g, g.slice(map, 2, 0, 3)), ['height', 'width', 3]);
  const confidence = g.add(g.op('Exp', [g.op('Squeeze', [g.slice(map, 2, 3), g.ints(2)])]), g.scalar(1));
  g.output(`conf_${which}`, confidence, ['height', 'width']);
}
