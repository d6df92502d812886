// A page with nothing but the browser client and Spark: to try host and security policy in a real browser without the studio's own page.

import { PackedSplats, SplatFileType } from '@sparkjsdev/spark';
import { connectStudio } from '../../../electron/web/browser-client.ts';

const probe = {
  studio: connectStudio(),
  /** Decodes one splat in Spark's worker, which is a blob: with WebAssembly inside. @returns the number of splats */
  async unpack(): Promise<number> {
    const header = ['ply', 'format binary_little_endian 1.0', 'element vertex 1'];
    const names = [
      'x',
      'y',
      'z',
      'scale_0',
      'scale_1',
      'scale_2',
      'rot_0',
      'rot_1',
      'rot_2',
      'rot_3',
      'opacity',
      'f_dc_0',
      'f_dc_1',
      'f_dc_2',
    ];
    const text = [...header, ...names.map((name) => `property float ${name}`), 'end_header', ''].join('\n');
    const input = new Uint8Array([
      ...new TextEncoder().encode(text),
      ...new Uint8Array(new Float32Array(names.length).fill(0.5).buffer),
    ]);
    const splats = new PackedSplats({ fileBytes: input, fileType: SplatFileType.PLY });
    await splats.initialized;
    return splats.numSplats;
  },
};

declare global {
  interface Window {
    probe?: typeof probe;
    inlineScriptRan?: boolean;
  }
}
window.probe = probe;
