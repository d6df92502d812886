// Two photos meet: the graphs of a pairwise pack (DUSt3R, MASt3R) as one function, and the checks of such packs.
//
// Layout of the recording: `in.1.img`, `in.2.img` [1, 3, H, W]; `out.1.pts3d`, `out.2.pts3d_in_other_view`, `out.i.conf`, and for MASt3R `out.i.desc`,
// `out.i.desc_conf`.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { compareTensor, type OutputCheck, type Tolerance } from '../compare.ts';
import { openGraph } from '../pack-sessions.ts';
import type { InstalledPack } from '../packs.ts';
import type { GoldenFile } from '../recurrent/golden.ts';
import { floats, type Session, type SessionOptions } from '../session.ts';

const outputs: Readonly<Record<string, string>> = {
  'out.1.pts3d': 'points_1',
  'out.2.pts3d_in_other_view': 'points_2',
  'out.1.conf': 'conf_1',
  'out.2.conf': 'conf_2',
  'out.1.desc': 'desc_1',
  'out.2.desc': 'desc_2',
  'out.1.desc_conf': 'desc_conf_1',
  'out.2.desc_conf': 'desc_conf_2',
};

export class PairNetwork {
  readonly provider: string;
  private readonly encoder: Session;
  private readonly pair: Session;

  private constructor(encoder: Session, pair: Session) {
    this.encoder = encoder;
    this.pair = pair;
    this.provider = pair.providerLine;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<PairNetwork> {
    return new PairNetwork(await openGraph(pack, 'encoder', options), await openGraph(pack, 'pair', options));
  }

  /** @param images two of [1, 3, height, width] in −1…1 */
  async meet(first: NamedTensor, second: NamedTensor): Promise<Record<string, NamedTensor>> {
    const one = (await this.encoder.run({ image: first })).features;
    const two = (await this.encoder.run({ image: second })).features;
    return this.pair.run({ features_1: one, features_2: two });
  }

  /** @throws StudioFailure 'golden-mismatch' when the file is no recorded pair */
  async checkGolden({ tensors }: GoldenFile, tolerance: Tolerance): Promise<OutputCheck[]> {
    const [first, second] = [tensors.get('in.1.img'), tensors.get('in.2.img')];
    if (!first || !second || !tensors.has('out.1.pts3d'))
      throw new StudioFailure('golden-mismatch', { reason: 'the file holds no recorded pair.' });
    const answer = await this.meet(first, second);
    return Object.entries(outputs).flatMap(([name, output]) => {
      const expected = tensors.get(name);
      const actual = answer[output];
      return expected && actual ? [compareTensor(name, actual, expected, tolerance)] : [];
    });
  }

  async checkItself(): Promise<OutputCheck[]> {
    const picture = (phase: number, heightPx: number, widthPx: number): NamedTensor =>
      floats(
        Float32Array.from({ length: 3 * heightPx * widthPx }, (_, i) => Math.sin(i / 5 + phase)),
        1,
        3,
        heightPx,
        widthPx,
      );
    const answer = await this.meet(picture(0, 48, 64), picture(1, 64, 48));
    return Object.entries(answer).map(([name, { data }]) => {
      const finite = (data as Float32Array).every(Number.isFinite);
      const error = finite ? 0 : Infinity;
      return { name: `${name} is finite`, items: data.length, maxAbsolute: error, maxRelative: error, passed: finite };
    });
  }

  async dispose(): Promise<void> {
    await this.encoder.dispose();
    await this.pair.dispose();
  }
}
