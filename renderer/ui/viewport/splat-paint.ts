// What the splats shall show, from the state of the question and of the label set.

import type { SplatPaint } from '../../scene/splat-colours.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import { distinctColour, heatRamp, rgbOf } from '../../state/ask-colours.ts';

export function paintOf({ ask, labels }: Pick<AppState, 'ask' | 'labels'>): SplatPaint {
  const { view, scores, threshold, reply, features } = ask;
  if (view === 'labels' && labels.bytes.size > 0)
    return { mode: 'labels', labels: labels.bytes, colors: labels.chosen.labels.map(({ color }) => rgbOf(color)) };
  if (view === 'features' && features.size > 0) return { mode: 'features', colors: features };
  if (!reply || view === 'photo' || view === 'labels' || view === 'features') return { mode: 'photo' };
  if (view === 'heat') return { mode: 'heat', scores, ramp: heatRamp };
  if (view === 'mask') return { mode: 'mask', scores, threshold };
  const instances = reply.instances.map(({ box }, i) => ({ ...box, color: rgbOf(distinctColour(i)) }));
  return { mode: 'instances', scores, threshold, instances };
}
