// Sensor depth stored as a 16-bit grey PNG.

import sharp from 'sharp';
import type { GroundTruthDepth } from '../../format/ground-truth.ts';
import { StudioFailure } from '../../format/result.ts';

/**
 * @param unitsPerMetre 1000 for millimetres, 5000 for TUM RGB-D.
 * 0 and 65535 mean "nothing seen" (7-Scenes uses the latter).
 * @throws StudioFailure('ground-truth-unreadable') when it is not a picture.
 */
export async function readDepthPicture(path: string, unitsPerMetre: number): Promise<GroundTruthDepth> {
  try {
    const { data, info } = await sharp(path)
      .toColourspace('grey16')
      .extractChannel(0)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    const metres = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) metres[i] = values[i] === 65535 ? 0 : values[i] / unitsPerMetre;
    return { widthPx: info.width, heightPx: info.height, metres };
  } catch (thrown) {
    throw new StudioFailure('ground-truth-unreadable', {
      reason: `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    });
  }
}
