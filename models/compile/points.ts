// How heads of the DUSt3R family turn raw numbers into points and translations (model-facts 1.12).

import type { GraphBuilder, Value } from './graph.ts';

/** d = |v|, v / max(d, 1e-8) · (exp(d) − 1) over the last axis: how official heads turn numbers into points and translations. */
export function expand(g: GraphBuilder, v: Value): Value {
  const d = g.op('ReduceL2', [v, g.ints(-1)], { keepdims: 1 });
  const unit = g.div(v, g.op('Max', [d, g.constant(Float32Array.of(1e-8), [])]));
  return g.mul(unit, g.sub(g.op('Exp', [d]), g.scalar(1)));
}
