// Splats in the PLY layout of the INRIA reference implementation, spherical harmonics of degree 0.

import { StudioFailure } from '../format/result.ts';
import type { FileSink } from './file-sink.ts';
import { sh0, worldSplat } from './splat-row.ts';
import type { VisibleScene } from './visible.ts';

const properties = 'x y z nx ny nz f_dc_0 f_dc_1 f_dc_2 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3'.split(
  ' ',
);

const header = (count: number, withFeatures: boolean): string =>
  [
    'ply',
    'format binary_little_endian 1.0',
    `element vertex ${String(count).padStart(12, '0')}`,
    ...[...properties, ...(withFeatures ? ['feature'] : [])].map((name) => `property float ${name}`),
    'end_header\n',
  ].join('\n');

/**
 * Opacity is stored as its logit, scale as logarithm, rotation w x y z, colour as f_dc; axes are the run's (camera-like: y down).
 * With features, a last column holds the index into the run's codebook, −1 for none.
 */
export async function writeSplatPly(sink: FileSink, scene: VisibleScene, withFeatures: boolean): Promise<string[]> {
  const frames = scene.requireFrames();
  const floats = properties.length + (withFeatures ? 1 : 0);
  await sink.text(header(0, withFeatures));
  let written = 0;
  for await (const block of scene.splats()) {
    const view = new DataView(new ArrayBuffer(block.rows.length * floats * 4));
    let at = 0;
    const put = (value: number): void => {
      view.setFloat32(at, value, true);
      at += 4;
    };
    for (const row of block.rows) {
      const { mean, logScale, rotation, color, feature } = worldSplat(block, frames[block.frameIdx], row);
      mean.forEach(put);
      for (let k = 0; k < 3; k++) put(0);
      for (let k = 0; k < 3; k++) put((color[k] / 255 - 0.5) / sh0);
      put(logit(color[3]));
      logScale.forEach(put);
      put(rotation[3]);
      for (let k = 0; k < 3; k++) put(rotation[k]);
      if (withFeatures) put(feature);
    }
    await sink.write(new Uint8Array(view.buffer));
    written += block.rows.length;
  }
  if (written === 0) throw new StudioFailure('nothing-to-export', { reason: 'no splat is shown.' });
  await sink.patch(0, Buffer.from(header(written, withFeatures)));
  return [];
}

/** Logit of an opacity byte; 0 and 255 stay finite by a quarter of a step. */
function logit(byte: number): number {
  const share = Math.min(254.75, Math.max(0.25, byte)) / 255;
  return Math.log(share / (1 - share));
}
