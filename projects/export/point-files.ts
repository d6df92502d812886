// Shown points as one file: PLY (binary little endian) and glTF binary.

import { normalized, quaternionFromMatrix, cross, rotate, type Quaternion, type Vec3 } from '../format/sim3.ts';
import { StudioFailure } from '../format/result.ts';
import type { FileSink } from './file-sink.ts';
import type { VisibleScene } from './visible.ts';

const countWidth = 12;
/** A number as text of fixed width, so that the header can be filled in when the count is known. */
const fixed = (count: number): string => String(count).padStart(countWidth, '0');

const plyHeader = (count: number): string =>
  [
    'ply',
    'format binary_little_endian 1.0',
    'comment Permanence; sRGB colours, confidence 0 to 255',
    `element vertex ${fixed(count)}`,
    ...['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue', 'confidence'].map((name) => `property uchar ${name}`),
    'end_header\n',
  ].join('\n');

const plyPointBytes = 28;

/** @param defaultMax the format's own limit where the caller set none. @returns number of points */
export async function writePly(sink: FileSink, scene: VisibleScene, defaultMax: number | null = null): Promise<number> {
  scene.requireFrames();
  await sink.text(plyHeader(0));
  let written = 0;
  for await (const { count, positions, normals, colors } of scene.points(defaultMax)) {
    const bytes = new Uint8Array(count * plyPointBytes);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      const at = i * plyPointBytes;
      for (let k = 0; k < 3; k++) {
        view.setFloat32(at + k * 4, positions[i * 3 + k], true);
        view.setFloat32(at + 12 + k * 4, normals[i * 3 + k], true);
      }
      bytes.set(colors.subarray(i * 4, i * 4 + 4), at + 24);
    }
    await sink.write(bytes);
    written += count;
  }
  if (written === 0) throw new StudioFailure('nothing-to-export', { reason: 'no point is shown.' });
  await sink.patch(0, Buffer.from(plyHeader(written)));
  return written;
}

const glbPointBytes = 20;
/** Room for the JSON part of the file; its final length is known before the numbers in it are. */
const glbJsonBytes = 2048;

/**
 * Points as GL_POINTS with y up, metres where the scale is known. Colours are stored linear, as glTF 2.0 section 3.7.2.1 asks.
 * @throws StudioFailure export-failed beyond 4 GB, which the format cannot hold
 */
export async function writeGlb(sink: FileSink, scene: VisibleScene): Promise<string[]> {
  scene.requireFrames();
  const gltfFromWorld = rotationToYUp(scene.up);
  const dataStart = 12 + 8 + glbJsonBytes + 8;
  await sink.write(new Uint8Array(dataStart));
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  let written = 0;
  for await (const { count, positions, colors } of scene.points()) {
    const view = new DataView(new ArrayBuffer(count * glbPointBytes));
    for (let i = 0; i < count; i++) {
      const at = i * glbPointBytes;
      const turned = rotate(gltfFromWorld, [positions[i * 3], positions[i * 3 + 1], positions[i * 3 + 2]]);
      for (let k = 0; k < 3; k++) {
        const value = Math.fround(turned[k]);
        view.setFloat32(at + k * 4, value, true);
        if (value < min[k]) min[k] = value;
        if (value > max[k]) max[k] = value;
        view.setUint16(at + 12 + k * 2, linear65535[colors[i * 4 + k]], true);
      }
      view.setUint16(at + 18, 65535, true);
    }
    await sink.write(new Uint8Array(view.buffer));
    written += count;
  }
  if (written === 0) throw new StudioFailure('nothing-to-export', { reason: 'no point is shown.' });
  if (sink.bytes > 0xffffffff)
    throw new StudioFailure('export-failed', { reason: 'a GLB file cannot be larger than 4 GB; export PLY instead.' });
  await sink.patch(0, glbHead(written, written * glbPointBytes, min, max));
  return [];
}

function glbHead(count: number, dataBytes: number, min: Vec3, max: Vec3): Uint8Array {
  const json = JSON.stringify({
    asset: { version: '2.0', generator: 'Permanence' },
    extensionsUsed: ['KHR_materials_unlit'],
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ name: 'points', mesh: 0 }],
    meshes: [{ primitives: [{ mode: 0, material: 0, attributes: { POSITION: 0, COLOR_0: 1 } }] }],
    materials: [{ extensions: { KHR_materials_unlit: {} } }],
    accessors: [
      { bufferView: 0, byteOffset: 0, componentType: 5126, count, type: 'VEC3', min, max },
      { bufferView: 0, byteOffset: 12, componentType: 5123, normalized: true, count, type: 'VEC4' },
    ],
    bufferViews: [{ buffer: 0, byteLength: dataBytes, byteStride: glbPointBytes, target: 34962 }],
    buffers: [{ byteLength: dataBytes }],
  });
  const bytes = Buffer.alloc(12 + 8 + glbJsonBytes + 8, 0x20);
  bytes.write('glTF', 0, 'latin1');
  bytes.writeUInt32LE(2, 4);
  bytes.writeUInt32LE(bytes.byteLength + dataBytes, 8);
  bytes.writeUInt32LE(glbJsonBytes, 12);
  bytes.write('JSON', 16, 'latin1');
  bytes.write(json, 20, 'utf8');
  bytes.writeUInt32LE(dataBytes, 20 + glbJsonBytes);
  bytes.write('BIN\0', 24 + glbJsonBytes, 'latin1');
  return bytes;
}

/** sRGB byte → linear light 0…65535. */
const linear65535 = Uint16Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return Math.round(65535 * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
});

/** glTF has y up. */
function rotationToYUp(upInWorld: Vec3): Quaternion {
  const up = normalized(upInWorld);
  const away: Vec3 = Math.abs(up[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const right = normalized(cross(up, away));
  const back = cross(right, up);
  return quaternionFromMatrix([...right, ...up, ...back]);
}
