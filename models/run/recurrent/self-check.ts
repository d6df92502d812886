// What a freshly compiled pack must do whatever its weights are: run every graph, twice the same, with sane numbers.

import { pinhole } from '../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../projects/format/sim3.ts';
import type { OutputCheck } from '../compare.ts';
import type { RecurrentNetwork, StepAnswer } from './network.ts';
import { rayMap } from './ray-map.ts';

const widthPx = 64;
const heightPx = 48;

/** One line per property; errors are how far it is from holding. */
export async function selfCheckRecurrent(network: RecurrentNetwork): Promise<OutputCheck[]> {
  const start = await network.begin();
  const features = await network.encode(pattern(), widthPx, heightPx);
  const first = await network.step(features, start, true);
  const second = await network.step(features, first, false);
  const again = await network.step(features, first, false);
  const rays = rayMap(identitySim3, pinhole(widthPx, heightPx, 60));
  const asked = await network.step(await network.encodeRays(rays, widthPx, heightPx), first, false);
  const checks: OutputCheck[] = [];
  for (const [name, answer] of Object.entries({ first, second, asked })) {
    for (const [output, data] of Object.entries(numbersOf(answer)))
      checks.push(property(`${name}.${output} is finite`, data.length, data.every(Number.isFinite) ? 0 : Infinity, 0));
    const lowest = Math.min(
      ...[answer.confSelf, answer.confWorld].map((data) => data.reduce((a, b) => Math.min(a, b))),
    );
    checks.push(property(`${name}: confidence is at least one`, answer.confSelf.length, Math.max(0, 1 - lowest), 0));
    const length = Math.hypot(...answer.pose.subarray(3));
    checks.push(property(`${name}: the rotation has unit length`, 4, Math.abs(length - 1), 1e-5));
  }
  const same = Object.entries(numbersOf(second)).every(([name, data]) =>
    data.every((value, idx) => Object.is(value, numbersOf(again)[name][idx])),
  );
  checks.push(property('the same photo and state give the same answer', 1, same ? 0 : Infinity, 0));
  return checks;
}

function numbersOf(answer: StepAnswer): Record<string, Float32Array> {
  const { state, memory, pointsSelf, confSelf, pointsWorld, confWorld, colors, pose, gate, affinity } = answer;
  const carried = { state: state.data as Float32Array, memory: memory.data as Float32Array };
  return { ...carried, pointsSelf, confSelf, pointsWorld, confWorld, colors, pose, gate, affinity };
}

function property(name: string, items: number, error: number, tolerance: number): OutputCheck {
  return { name, items, maxAbsolute: error, maxRelative: error, passed: error <= tolerance };
}

/** Waves in three colours, −1…1. */
function pattern(): Float32Array {
  const pixels = widthPx * heightPx;
  return Float32Array.from({ length: 3 * pixels }, (_, i) => {
    const x = (i % pixels) % widthPx;
    const y = Math.floor((i % pixels) / widthPx);
    return Math.sin(x / 5 + Math.floor(i / pixels)) * Math.cos(y / 7);
  });
}
