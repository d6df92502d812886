// How heads of the DUSt3R family turn raw numbers into points and translations (model-facts 1.12).

import type { GraphBuilder, Value } from './graph.ts';

/** d = |v|, v / max(d, 1e-8) · (exp(d) − 1) over the last axis: how official heads turn numbers into points and translations. */
export const expand = (g: GraphBuilder, v: Value): Value =>
  along(g, v, (length) => g.sub(g.op('Exp', [length]), g.scalar(1)));

/** v / max(|v|, 1e-8) · far(|v|) over the last axis. */
export function along(g: GraphBuilder, v: Value, far: (length: Value) => Value): Value {
  const d = g.op('ReduceL2', [v, g.ints(-1)], { keepdims: 1 });
  const unit = g.div(v, g.op('Max', [d, g.constant(Float32Array.of(1e-8), [])]));
  return g.mul(unit, far(d));
}
