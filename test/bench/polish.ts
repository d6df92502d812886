// Drawing splats and its way back against their floor, a bare pass over as many pixels, and a step of polishing on threads against one thread, in one run.

import { availableParallelism } from 'node:os';
import { backProject } from '../../models/geometry/splat-optimisation/back-project.ts';
import { Blend } from '../../models/geometry/splat-optimisation/blend.ts';
import { Ellipses, gradientStride, projectSplats } from '../../models/geometry/splat-optimisation/ellipses.ts';
import { PictureLoss } from '../../models/geometry/splat-optimisation/picture-loss.ts';
import { SplatPolish } from '../../models/geometry/splat-optimisation/polish.ts';
import { at, stride } from '../../models/geometry/splat-optimisation/splat-values.ts';
import { viewOf, type View } from '../../models/geometry/splat-optimisation/view.ts';
import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';
import { pinhole } from '../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import type { BenchRow } from './row.ts';

const camera = pinhole(640, 480, 600);
const splats = 100_000;

export async function run(): Promise<BenchRow[]> {
  const values = wall();
  const view = viewAt(0);
  const ellipses = new Ellipses(splats);
  const blend = new Blend(640, 480);
  const loss = new PictureLoss(640, 480);
  const picture = new Float32Array(3 * 640 * 480).fill(0.5);
  const gradient = new Float32Array(picture.length);
  const ofEllipses = new Float32Array(gradientStride * splats);
  const gradients = new Float32Array(values.length);
  const project = (): void => projectSplats(values, splats, view.pose, camera, ellipses);
  project();
  const msOf = {
    project: cpuMsOf(project),
    draw: cpuMsOf(() => blend.draw(ellipses)),
    loss: cpuMsOf(() => loss.measure(picture, view, gradient)),
    backward: cpuMsOf(() => blend.backward(ellipses, gradient, [0, 0, 0], ofEllipses)),
    backProject: cpuMsOf(() => backProject(values, view.pose, camera, ellipses, ofEllipses, gradients)),
    bare: cpuMsOf(() => bare(blend.pixels, blend.pairs)),
  };
  const { pairs } = blend;
  const perPair = (ms: number): number => (1e6 * ms) / pairs;
  const alone = await wallMsOfLooks(values, 0);
  const threads = Math.min(2, availableParallelism());
  const together = await wallMsOfLooks(values, threads);
  const row = (name: string, value: number, unit: string, note: string): BenchRow => ({
    name,
    value,
    target: null,
    unit,
    ok: true,
    note,
  });
  const floor = `a bare pass over the pixels takes ${perPair(msOf.bare).toFixed(1)} ns a pair`;
  return [
    row(
      'Drawing splats against a bare pass',
      msOf.draw / msOf.bare,
      '×',
      `${perPair(msOf.draw).toFixed(1)} ns a splat and pixel; ${floor}`,
    ),
    row(
      'The way back against a bare pass',
      msOf.backward / msOf.bare,
      '×',
      `${perPair(msOf.backward).toFixed(1)} ns a splat and pixel`,
    ),
    row(
      'Projection of 100,000 splats and its way back',
      msOf.project + msOf.backProject,
      'ms',
      `processor time, sorting included; ${msOf.project.toFixed(0)} ms there`,
    ),
    row('Loss of a picture of 640 × 480', msOf.loss, 'ms', 'L1 and SSIM with their gradient, processor time'),
    row(
      `Polishing, one thread against ${threads}`,
      alone / together,
      '×',
      `${together.toFixed(0)} ms a look with threads, ${(pairs / 1e6).toFixed(1)} million pairs`,
    ),
  ];
}

/** A wall of splats about as large as a pixel and a half, as plane sweeps leave them. */
function wall(): Float32Array {
  const random = seededRandom(1);
  const values = new Float32Array(stride * splats);
  for (let i = 0; i < splats; i++) {
    const o = stride * i;
    values.set([(random.next() - 0.5) * 4.3, (random.next() - 0.5) * 3.2, 4 + 0.1 * random.next()], o + at.mean);
    values.set([Math.log(0.01), Math.log(0.01), Math.log(0.001)], o + at.logScale);
    values.set([0, 0, 0, 1, random.next(), random.next(), random.next(), 1], o + at.rotation);
  }
  return values;
}

function viewAt(x: number): View {
  const random = seededRandom(2);
  const data = Uint8Array.from({ length: 3 * 640 * 480 }, () => random.below(256));
  const pose = { ...identitySim3, translation: [x, 0, 0] as const };
  return viewOf({ widthPx: 640, heightPx: 480, data }, camera, pose, { from: 0, to: 0 });
}

/** The least that blending must do: read and write four numbers of as many pixels. */
function bare(pixels: Float32Array, pairs: number): number {
  let sum = 0;
  for (let n = 0, p = 0; n < pairs; n++, p = p + 4 < pixels.length ? p + 4 : 0) {
    const light = pixels[p];
    pixels[p] = light * 0.999;
    pixels[p + 1] += light * 0.001;
    pixels[p + 2] += light * 0.001;
    pixels[p + 3] += light * 0.001;
    sum += light;
  }
  return sum;
}

/** Best of five: other work on the machine only adds. */
function cpuMsOf(work: () => unknown): number {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

async function wallMsOfLooks(values: Float32Array, workers: number): Promise<number> {
  const polish = await SplatPolish.begin(values, [-0.2, -0.1, 0, 0.1, 0.2].map(viewAt), { workers });
  await polish.advance();
  const startedAtMs = performance.now();
  const { done } = polish.progress;
  await polish.advance();
  await polish.advance();
  const ms = (performance.now() - startedAtMs) / (polish.progress.done - done);
  await polish.dispose();
  return ms;
}
