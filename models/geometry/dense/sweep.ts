// Depth of a view by plane sweep, coarse to fine: all planes at half the size, then a narrow band around the answer at full size.

import { compose, inverse, matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import { floats, openSession, type Session, type SessionOptions } from '../../run/session.ts';
import { aggregateCosts, parabolaOffset } from './semiglobal.ts';
import { sweepGraph, type SweepShape } from './sweep-graph.ts';
import { halved, rayPlanes, type SweepView } from './view.ts';

/** Depth on the pixel grid of a view's undistorted picture. */
export interface DepthMap {
  widthPx: number;
  heightPx: number;
  /** Along the optical axis in units of the world; NaN where there is none. */
  depth: Float32Array;
  /** 0…1: how well and how uniquely the pictures match there. */
  confidence: Float32Array;
}

export interface DepthRange {
  near: number;
  far: number;
}

export interface DepthSweep {
  readonly providerLine: string;
  /** Full range, then the band. @param neighbours one to four, best first; more are left out. */
  depthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap>;
  /** Only the full range at half the size (the map is half as large): fast, for previews. */
  coarseDepthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap>;
  /** Only a band of ± `relativeBand` (of the inverse depth) around a depth that something else predicted; NaN stays NaN. */
  depthNear(
    reference: SweepView,
    neighbours: readonly SweepView[],
    prior: Float32Array,
    relativeBand: number,
  ): Promise<DepthMap>;
  dispose(): Promise<void>;
}

/** Steps of the coarse sweep in pixels of the neighbours' pictures: finer steps find nothing more. */
const coarseStepPx = 0.8;
/** What a step of the band costs, so that places without contrast keep the coarse depth instead of following noise. */
const bandStepCost = 0.012;
/** Offsets of the band in steps, and one far candidate for pixels beside an edge. */
const bandOffsets = [-3, -2, -1, 0, 1, 2, 3] as const;
const bandPlanes = bandOffsets.length + 1;

export function createDepthSweep(options: SessionOptions = {}): DepthSweep {
  return new GraphSweep(options);
}

class GraphSweep implements DepthSweep {
  readonly #options: SessionOptions;
  /** One graph per combination of sizes: a run has one or two. */
  readonly #sessions = new Map<string, Promise<Session>>();
  providerLine = '';

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async coarseDepthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap> {
    const { map } = await this.#coarse(reference, neighbours, range);
    return map;
  }

  async depthOf(reference: SweepView, neighbours: readonly SweepView[], range: DepthRange): Promise<DepthMap> {
    const { map, stepOfInverse } = await this.#coarse(reference, neighbours, range);
    const { centre, other, coarseConfidence } = enlarged(map, reference, stepOfInverse);
    const step = new Float32Array(centre.length).fill(stepOfInverse / 3);
    const fine = await this.#band(reference, neighbours, centre, other, step);
    for (let i = 0; i < fine.confidence.length; i++)
      fine.confidence[i] = Math.sqrt(fine.confidence[i] * coarseConfidence[i]);
    return fine;
  }

  async depthNear(
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

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).dispose();
    this.#sessions.clear();
  }

  async #coarse(
    reference: SweepView,
    neighbours: readonly SweepView[],
    { near, far }: DepthRange,
  ): Promise<{ map: DepthMap; stepOfInverse: number }> {
    const small = halved(reference);
    const others = neighbours.slice(0, 4).map(halved);
    const planes = planeCount(small, others, near, far);
    const stepOfInverse = (1 / near - 1 / far) / (planes - 1);
    const inverseDepths = Float32Array.from({ length: planes }, (_, p) => 1 / far + p * stepOfInverse);
    const score = await this.#scores(small, others, inverseDepths, planes);
    const { widthPx, heightPx } = small.camera;
    const total = aggregateCosts(score, planes, widthPx, heightPx, small.grey);
    return { map: chosenPlanes(score, total, planes, small, 1 / far, stepOfInverse), stepOfInverse };
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
    const inverseDepths = new Float32Array(bandPlanes * n);
    bandOffsets.forEach((offset, p) => {
      for (let i = 0; i < n; i++) inverseDepths[p * n + i] = centre[i] + offset * step[i];
    });
    inverseDepths.set(other, bandOffsets.length * n);
    const score = await this.#scores(reference, neighbours.slice(0, 4), inverseDepths, bandPlanes);
    return bestInBand(score, centre, other, step, widthPx, heightPx);
  }

  async #scores(
    reference: SweepView,
    neighbours: readonly SweepView[],
    inverseDepths: Float32Array,
    planes: number,
  ): Promise<Float32Array> {
    const { widthPx, heightPx } = reference.camera;
    const pixels = widthPx * heightPx;
    const session = await this.#session({
      widthPx,
      heightPx,
      planes,
      perPixel: inverseDepths.length > planes,
      neighbours: neighbours.map(({ camera }) => ({ widthPx: camera.widthPx, heightPx: camera.heightPx })),
      windowPx: 5,
    });
    const feeds: Record<string, NamedTensor> = {
      reference: floats(reference.grey, 1, 1, heightPx, widthPx),
      rays: floats(rayPlanes(reference.camera), 3, pixels),
      inverseDepths: floats(inverseDepths, planes, inverseDepths.length / planes),
    };
    neighbours.forEach((view, k) => {
      feeds[`picture${k}`] = floats(view.grey, 1, 1, view.camera.heightPx, view.camera.widthPx);
      feeds[`warp${k}`] = floats(warpOf(reference, view), 3, 4);
    });
    const { score } = await session.run(feeds);
    return score.data as Float32Array;
  }

  #session(shape: SweepShape): Promise<Session> {
    const key = JSON.stringify(shape);
    let session = this.#sessions.get(key);
    if (!session) {
      session = openSession(sweepGraph(shape), this.#options).then((opened) => {
        this.providerLine = opened.providerLine;
        return opened;
      });
      this.#sessions.set(key, session);
    }
    return session;
  }
}

/** Rows: picture x and y (−1…1 over the neighbour's picture) times depth, and depth; columns: the ray's x, y, 1 and the inverse depth. */
export function warpOf(reference: SweepView, neighbour: SweepView): Float32Array {
  const rigid = (view: SweepView) => ({ ...view.worldFromCamera, scale: 1 });
  const { rotation, translation } = compose(inverse(rigid(neighbour)), rigid(reference));
  const r = matrixFromQuaternion(rotation);
  const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = neighbour.camera;
  const out = new Float32Array(12);
  for (let c = 0; c < 4; c++) {
    const [x, y, z] = c < 3 ? [r[c], r[3 + c], r[6 + c]] : translation;
    out[c] = ((fxPx * x + cxPx * z) * 2) / widthPx - z;
    out[4 + c] = ((fyPx * y + cyPx * z) * 2) / heightPx - z;
    out[8 + c] = z;
  }
  return out;
}

/** As many planes as the middle of the picture moves steps in the neighbour where it moves second most; in sixteens. */
function planeCount(reference: SweepView, neighbours: readonly SweepView[], near: number, far: number): number {
  const moves = neighbours.map((view) => {
    const warp = warpOf(reference, view);
    const at = (inverseDepth: number): readonly [number, number] => {
      const [x, y, z] = [0, 4, 8].map((row) => warp[row + 2] + warp[row + 3] * inverseDepth);
      return [((x / z) * view.camera.widthPx) / 2, ((y / z) * view.camera.heightPx) / 2];
    };
    const [from, to] = [at(1 / far), at(1 / near)];
    return Math.hypot(to[0] - from[0], to[1] - from[1]);
  });
  moves.sort((a, b) => b - a);
  const wanted = moves[Math.min(1, moves.length - 1)] / coarseStepPx;
  return Math.min(96, Math.max(32, 16 * Math.ceil(wanted / 16)));
}

/** The plane of the least aggregated cost with its sub-plane place; confidence from the plain score and from how much the next best plane loses. */
function chosenPlanes(
  score: Float32Array,
  total: Float32Array,
  planes: number,
  { camera: { widthPx, heightPx } }: SweepView,
  firstInverse: number,
  stepOfInverse: number,
): DepthMap {
  const n = widthPx * heightPx;
  const depth = new Float32Array(n);
  const confidence = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const base = i * planes;
    let best = 0;
    for (let p = 1; p < planes; p++) if (total[base + p] < total[base + best]) best = p;
    let rival = -1;
    for (let p = 0; p < planes; p++) if (Math.abs(p - best) > 2) rival = Math.max(rival, score[p * n + i]);
    const own = score[best * n + i];
    const inside = best > 0 && best < planes - 1;
    const offset = inside ? parabolaOffset(total[base + best - 1], total[base + best], total[base + best + 1]) : 0;
    depth[i] = 1 / (firstInverse + (best + offset) * stepOfInverse);
    // The first and the last plane are where everything lands that belongs to none.
    confidence[i] = inside ? Math.min(1, Math.max(0, 0.5 + (own - rival) / 0.3)) : 0;
  }
  return { widthPx, heightPx, depth, confidence };
}

/** Inverse depths for the band: smooth where the coarse map is smooth, the nearest cell beside edges; `other` is the farthest value of the 3×3 cells around. */
function enlarged(
  coarse: DepthMap,
  { camera }: SweepView,
  stepOfInverse: number,
): { centre: Float32Array; other: Float32Array; coarseConfidence: Float32Array } {
  const { widthPx, heightPx } = camera;
  const { widthPx: w, heightPx: h } = coarse;
  const q = coarse.depth.map((depth) => 1 / depth);
  const n = widthPx * heightPx;
  const centre = new Float32Array(n);
  const other = new Float32Array(n);
  const coarseConfidence = new Float32Array(n);
  for (let row = 0, i = 0; row < heightPx; row++) {
    const cellRow = Math.min(h - 1, row >> 1);
    const nextRow = Math.min(h - 1, Math.max(0, cellRow + (row & 1 ? 1 : -1)));
    for (let column = 0; column < widthPx; column++, i++) {
      const cellColumn = Math.min(w - 1, column >> 1);
      const nextColumn = Math.min(w - 1, Math.max(0, cellColumn + (column & 1 ? 1 : -1)));
      const own = q[cellRow * w + cellColumn];
      const across = q[cellRow * w + nextColumn];
      const down = q[nextRow * w + cellColumn];
      const corner = q[nextRow * w + nextColumn];
      const smooth = Math.max(own, across, down, corner) - Math.min(own, across, down, corner) < 2.5 * stepOfInverse;
      centre[i] = smooth ? (9 * own + 3 * across + 3 * down + corner) / 16 : own;
      let farthest = own;
      for (let y = Math.max(0, cellRow - 1); y <= Math.min(h - 1, cellRow + 1); y++)
        for (let x = Math.max(0, cellColumn - 1); x <= Math.min(w - 1, cellColumn + 1); x++)
          if (Math.abs(q[y * w + x] - own) > Math.abs(farthest - own)) farthest = q[y * w + x];
      other[i] = farthest;
      coarseConfidence[i] = coarse.confidence[cellRow * w + cellColumn];
    }
  }
  return { centre, other, coarseConfidence };
}

function bestInBand(
  score: Float32Array,
  centre: Float32Array,
  other: Float32Array,
  step: Float32Array,
  widthPx: number,
  heightPx: number,
): DepthMap {
  const n = widthPx * heightPx;
  const last = bandOffsets.length - 1;
  const depth = new Float32Array(n);
  const confidence = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let best = last / 2;
    let bestCost = -score[best * n + i];
    for (let p = 0; p <= last; p++) {
      const cost = Math.abs(bandOffsets[p]) * bandStepCost - score[p * n + i];
      if (cost >= bestCost) continue;
      best = p;
      bestCost = cost;
    }
    let value = score[best * n + i];
    let q = centre[i] + bandOffsets[best] * step[i];
    if (score[(last + 1) * n + i] > value + 0.1) {
      value = score[(last + 1) * n + i];
      q = other[i];
    } else if (best > 0 && best < last)
      q += parabolaOffset(-score[(best - 1) * n + i], -value, -score[(best + 1) * n + i]) * step[i];
    depth[i] = q > 0 ? 1 / q : NaN;
    confidence[i] = Math.min(1, Math.max(0, (value - 0.2) / 0.6));
  }
  return { widthPx, heightPx, depth, confidence };
}
