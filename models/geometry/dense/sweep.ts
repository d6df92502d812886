// Depth of a view by plane sweep, coarse to fine: all planes at half the size, then a narrow band around the answer at full size.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { providerCandidates } from '../../run/providers.ts';
import { floats, openSession, type Session, type SessionOptions } from '../../run/session.ts';
import { KeptMemory } from '../kept-memory.ts';
import type { DepthMap, DepthRange } from './depth-map.ts';
import { bandOffsets, bestInBand, chosenPlanes, enlarged } from './choice.ts';
import { aggregateCosts } from './semiglobal.ts';
import { channelsOf, sweepGraph, type SweepShape } from './sweep-graph.ts';
import { planeCount } from './plane-count.ts';
import { halved, rayPlanes, type SweepView } from './view.ts';
import { warped, warpOf } from './warp.ts';

export interface DepthSweep {
  readonly providerLine: string;
  /** Full range, then the band. @param neighbours one to four, best first; more are left out. */
  depthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap>;
  /** Only a band of ± `relativeBand` (of the inverse depth) around a depth that something else predicted; NaN stays NaN. */
  depthNear(
    reference: SweepView,
    neighbours: readonly SweepView[],
    prior: Float32Array,
    relativeBand: number,
  ): Promise<DepthMap>;
  /** Gives its memory back; the next call takes it again. */
  rest(): Promise<void>;
}

/** Graphs kept open: photos of many sizes would fill the memory otherwise. */
const mostSessions = 4;
/** Planes of one run of the coarse graph: one graph serves every number of planes, and its memory stays small. */
const planesPerRun = 16;
/** The same number of samples at full size. */
const bandPlanesPerRun = 4;
/** The band's offsets, and one far candidate for pixels beside an edge. */
const bandPlanes = bandOffsets.length + 1;

export function createDepthSweep(options: SessionOptions = {}): DepthSweep {
  return new GraphSweep(options);
}

class GraphSweep implements DepthSweep {
  readonly #options: SessionOptions;
  /** Graphics processors read between pixels themselves. */
  readonly #samples: boolean;
  /** Open graphs, the one used last at the end: most runs have one size of photo and need two. */
  readonly #sessions = new Map<string, Promise<Session>>();
  #rays: { key: string; data: Float32Array } = { key: '', data: new Float32Array(0) };
  /** Volumes of the view at hand. */
  readonly #memory = new KeptMemory();
  /** Pictures of the neighbours at the planes of one run. */
  #warped = new Float32Array(0);
  #turn: Promise<unknown> = Promise.resolve();
  providerLine = '';

  constructor(options: SessionOptions) {
    this.#options = options;
    const first = providerCandidates().find(
      ({ provider, obstacle }) => obstacle === null && (options.providers?.includes(provider) ?? true),
    );
    this.#samples = first !== undefined && first.provider !== 'cpu';
  }

  depthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap> {
    return this.#inTurn(() => this.#depthOf(reference, neighbours, range));
  }

  depthNear(
    reference: SweepView,
    neighbours: readonly SweepView[],
    prior: Float32Array,
    relativeBand: number,
  ): Promise<DepthMap> {
    return this.#inTurn(() => this.#depthNear(reference, neighbours, prior, relativeBand));
  }

  async #depthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap> {
    const { map, stepOfInverse } = await this.#coarse(reference, neighbours, range);
    const { centre, other, coarseConfidence } = enlarged(map, reference, stepOfInverse);
    const step = new Float32Array(centre.length).fill(stepOfInverse / 3);
    const fine = await this.#band(reference, neighbours, centre, other, step);
    for (let i = 0; i < fine.confidence.length; i++)
      fine.confidence[i] = Math.sqrt(fine.confidence[i] * coarseConfidence[i]);
    return fine;
  }

  async #depthNear(
    reference: SweepView,
    neighbours: readonly SweepView[],
    prior: Float32Array,
    relativeBand: number,
  ): Promise<DepthMap> {
    const centre = prior.map((depth) => (depth > 0 ? 1 / depth : 0));
    const step = centre.map((q) => (q * relativeBand) / 3);
    const map = await this.#band(reference, neighbours, centre, centre, step);
    for (let i = 0; i < centre.length; i++)
      if (centre[i] === 0) {
        map.depth[i] = NaN;
        map.confidence[i] = 0;
      }
    return map;
  }

  async rest(): Promise<void> {
    await this.#turn;
    for (const session of this.#sessions.values()) await (await session).dispose();
    this.#sessions.clear();
    this.#memory.release();
    this.#warped = new Float32Array(0);
  }

  async #coarse(
    reference: SweepView,
    neighbours: readonly SweepView[],
    { near, far }: DepthRange,
  ): Promise<{ map: DepthMap; stepOfInverse: number }> {
    const small = halved(reference);
    const others = neighbours.slice(0, 4).map(halved);
    const planes = planesPerRun * Math.ceil(planeCount(small, others, { near, far }) / planesPerRun);
    const stepOfInverse = (1 / near - 1 / far) / (planes - 1);
    const { widthPx, heightPx } = small.camera;
    const pixels = widthPx * heightPx;
    const score = this.#memory.floats(planes * pixels);
    for (let first = 0; first < planes; first += planesPerRun) {
      const inverseDepths = Float32Array.from(
        { length: planesPerRun },
        (_, p) => 1 / far + (first + p) * stepOfInverse,
      );
      await this.#scores(small, others, inverseDepths, score.subarray(first * pixels, (first + planesPerRun) * pixels));
    }
    const volumes = { cost: this.#memory.floats(planes * pixels), total: this.#memory.floats(planes * pixels) };
    const { total, cost } = aggregateCosts(score, planes, widthPx, heightPx, small.grey, volumes);
    return { map: chosenPlanes(cost, total, planes, small, 1 / far, stepOfInverse), stepOfInverse };
  }

  async #band(
    reference: SweepView,
    neighbours: readonly SweepView[],
    centre: Float32Array,
    other: Float32Array,
    step: Float32Array,
  ): Promise<DepthMap> {
    const { widthPx, heightPx } = reference.camera;
    const n = widthPx * heightPx;
    const inverseDepths = this.#memory.floats(bandPlanes * n);
    bandOffsets.forEach((offset, p) => {
      for (let i = 0; i < n; i++) inverseDepths[p * n + i] = centre[i] + offset * step[i];
    });
    inverseDepths.set(other, bandOffsets.length * n);
    const score = this.#memory.floats(bandPlanes * n);
    for (let first = 0; first < bandPlanes; first += bandPlanesPerRun) {
      const [from, to] = [first * n, (first + bandPlanesPerRun) * n];
      await this.#scores(reference, neighbours.slice(0, 4), inverseDepths.subarray(from, to), score.subarray(from, to));
    }
    return bestInBand(score, centre, other, step, widthPx, heightPx);
  }

  /** One view after the other: they share memory, and a graph is never closed while another call is about to use it. */
  #inTurn(work: () => Promise<DepthMap>): Promise<DepthMap> {
    const result = this.#turn.then(() => {
      this.#memory.begin();
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * @param inverseDepths one per plane, or one per plane and pixel
   * @param score planes × pixels; is written
   */
  async #scores(
    reference: SweepView,
    neighbours: readonly SweepView[],
    inverseDepths: Float32Array,
    score: Float32Array,
  ): Promise<void> {
    const { widthPx, heightPx } = reference.camera;
    const pixels = widthPx * heightPx;
    const planes = score.length / pixels;
    const shape: SweepShape = {
      widthPx,
      heightPx,
      planes,
      perPixel: inverseDepths.length > planes,
      neighbourCount: neighbours.length,
      windowPx: 5,
      samples: this.#samples,
    };
    const session = await this.#session(shape);
    const feeds: Record<string, NamedTensor> = { reference: floats(reference.grey, 1, 1, heightPx, widthPx) };
    if (this.#samples) {
      feeds['rays'] = floats(this.#raysOf(reference), 3, pixels);
      feeds['inverseDepths'] = floats(inverseDepths, planes, inverseDepths.length / planes);
    }
    const channels = channelsOf(shape);
    if (!this.#samples && this.#warped.length < channels * pixels) this.#warped = new Float32Array(channels * pixels);
    neighbours.forEach((view, k) => {
      const warp = warpOf(reference, view);
      if (this.#samples) {
        feeds[`picture${k}`] = floats(view.grey, 1, 1, view.camera.heightPx, view.camera.widthPx);
        feeds[`warp${k}`] = floats(warp, 3, 4);
      } else {
        const out = this.#warped.subarray(k * planes * pixels, (k + 1) * planes * pixels);
        warped(view, warp, reference.camera, inverseDepths, planes, out);
      }
    });
    if (!this.#samples)
      feeds['warped'] = floats(this.#warped.subarray(0, channels * pixels), 1, channels, heightPx, widthPx);
    await session.run(feeds, { score: floats(score, planes, heightPx, widthPx) });
  }

  /** The same for all runs at one size of a photo. */
  #raysOf({ camera }: SweepView): Float32Array {
    const key = JSON.stringify(camera);
    if (this.#rays.key !== key) this.#rays = { key, data: rayPlanes(camera) };
    return this.#rays.data;
  }

  async #session(shape: SweepShape): Promise<Session> {
    const key = JSON.stringify(shape);
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    const session = known ?? openSession(sweepGraph(shape), this.#options);
    this.#sessions.set(key, session);
    const [oldest] = this.#sessions;
    if (this.#sessions.size > mostSessions && oldest) {
      this.#sessions.delete(oldest[0]);
      await (await oldest[1]).dispose();
    }
    this.providerLine = (await session).providerLine;
    return session;
  }
}
