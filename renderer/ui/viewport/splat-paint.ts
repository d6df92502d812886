// What the splats shall show, from the state of the question.

import type { SplatPaint } from '../../scene/splat-colours.ts';
import { distinctRgb, heatRamp } from '../../state/ask-colours.ts';
import type { AskState } from '../../state/ask.svelte.ts';

export function paintOf(ask: AskState): SplatPaint {
  const { view, scores, threshold, reply, labels } = ask;
  if (view === 'labels' && labels.size > 0)
    return { mode: 'labels', labels, colors: ask.labelWords.map((_, i) => distinctRgb(i)) };
  if (view === 'features' && ask.features.size > 0) return { mode: 'features', colors: ask.features };
  if (!reply || view === 'photo' || view === 'labels' || view === 'features') return { mode: 'photo' };
  if (view === 'heat') return { mode: 'heat', scores, ramp: heatRamp };
  if (view === 'mask') return { mode: 'mask', scores, threshold };
  const instances = reply.instances.map(({ box }, i) => ({ ...box, color: distinctRgb(i) }));
  return { mode: 'instances', scores, threshold, instances };
}
