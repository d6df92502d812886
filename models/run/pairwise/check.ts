// Checks of pairwise packs: a recorded pair, and that any pair gives finite numbers.
//
// Layout of the recording: `in.1.img`, `in.2.img` [1, 3, H, W]; `out.1.pts3d`, `out.2.pts3d_in_other_view`, `out.i.conf`, for MASt3R `out.i.desc`,
// `out.i.desc_conf`, for Splatt3R `out.1.gaussians`.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { compareTensor, type OutputCheck, type Tolerance } from '../compare.ts';
import type { GoldenFile } from '../recurrent/golden.ts';
import { floats } from '../session.ts';
import type { PairNetwork } from './pair-network.ts';

const outputs: Readonly<Record<string, string>> = {
  'out.1.pts3d': 'points_1',
  'out.2.pts3d_in_other_view': 'points_2',
  'out.1.conf': 'conf_1',
  'out.2.conf': 'conf_2',
  'out.1.desc': 'desc_1',
  'out.2.desc': 'desc_2',
  'out.1.desc_conf': 'desc_conf_1',
  'out.2.desc_conf': 'desc_conf_2',
  'out.1.gaussians': 'gaussians_1',
};

/** @throws StudioFailure 'golden-mismatch' when the file is no recorded pair */
export async function checkPairGolden(
  network: PairNetwork,
  { tensors }: GoldenFile,
  tolerance: Tolerance,
): Promise<OutputCheck[]> {
  const [first, second] = [tensors.get('in.1.img'), tensors.get('in.2.img')];
  if (!first || !second || !tensors.has('out.1.pts3d'))
    throw new StudioFailure('golden-mismatch', { reason: 'the file holds no recorded pair.' });
  const answer = await network.meet(first, second);
  return Object.entries(outputs).flatMap(([name, output]) => {
    const expected = tensors.get(name);
    const actual = answer[output];
    return expected && actual ? [compareTensor(name, actual, expected, tolerance)] : [];
  });
}

/** Two drawn pictures of different shapes. */
export async function selfCheckPair(network: PairNetwork): Promise<OutputCheck[]> {
  const picture = (phase: number, heightPx: number, widthPx: number): NamedTensor =>
    floats(
      Float32Array.from({ length: 3 * heightPx * widthPx }, (_, i) => Math.sin(i / 5 + phase)),
      1,
      3,
      heightPx,
      widthPx,
    );
  const answer = await network.meet(picture(0, 48, 64), picture(1, 64, 48));
  return Object.entries(answer).map(([name, { data }]) => {
    const finite = (data as Float32Array).every(Number.isFinite);
    const error = finite ? 0 : Infinity;
    return { name: `${name} is finite`, items: data.length, maxAbsolute: error, maxRelative: error, passed: finite };
  });
}
