// A graph together with the file its weights will lie in.

import { GraphBuilder } from './graph.ts';
import type { Net } from './layers.ts';
import { floatPrecision, WeightFile, type WeightLedger } from './weights.ts';
import type { Precision } from '../../projects/format/precision.ts';

export interface BuiltGraph {
  graph: GraphBuilder;
  weights: WeightFile;
}

/** An empty graph with its weight file: `name.onnx` and `name.weights`. */
export function startGraph(name: string, ledger: WeightLedger, precision: Precision): { net: Net; built: BuiltGraph } {
  const graph = new GraphBuilder(name);
  const weights = new WeightFile(ledger, precision, `${name}.weights`);
  return { net: { g: graph, weights, precision: floatPrecision(precision) }, built: { graph, weights } };
}
