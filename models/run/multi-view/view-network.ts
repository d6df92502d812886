// Several photos at once: the graphs of a multi-view pack as functions.

import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import { openGraph } from '../pack-sessions.ts';
import type { InstalledPack } from '../packs.ts';
import type { PairView } from '../pairwise/pair-network.ts';
import { floats, type Session, type SessionOptions } from '../session.ts';
import { readerOf, type ViewReader } from './readers.ts';

/** What a network says of one photo of a window. */
export interface SeenView extends Omit<PairView, 'gaussians'> {
  /** height × width × 3, in the photo's own camera axes. */
  points: Float32Array;
  /** Window axes and unit from the photo's. */
  windowFromCamera: Sim3;
  /** Horizontal and vertical, in pixels of the network's picture; null: the points tell. */
  focalPx: readonly [number, number] | null;
  /** The same points predicted in another way, in any axes and unit; null: not asked for, or not to be had. */
  second: PairView | null;
}

/** Whatever can look at several photos at once. */
export interface ViewPredictor {
  /** What runs where and why. */
  readonly provider: string;
  /** Milliseconds spent inside so far. */
  readonly spentMs: number;
  /** @param image 3 × height × width in −1…1 → features [rows, cols, channels], which do not depend on other photos */
  encode(image: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor>;
  /**
   * @param features of photos of one size, the reference first
   * @param doubted places in the window of those photos of which a second prediction is wanted
   */
  predict(features: readonly NamedTensor[], doubted: ReadonlySet<number>): Promise<SeenView[]>;
  dispose(): Promise<void>;
}

/** The answer of the graph `views`, and the heads that can be asked about one view of it. */
export interface Look {
  /** One view's part of an output of the graph `views`. */
  part(output: string, view: number): NamedTensor;
  /** The outputs of another graph for one view: its inputs are outputs of `views`. */
  head(graph: string, view: number): Promise<Record<string, NamedTensor>>;
}

type Outputs = Record<string, NamedTensor>;

export class ViewNetwork implements ViewPredictor {
  readonly provider: string;
  spentMs = 0;
  private readonly graphs: ReadonlyMap<string, Session>;
  private readonly read: ViewReader;

  private constructor(graphs: ReadonlyMap<string, Session>, read: ViewReader, provider: string) {
    this.graphs = graphs;
    this.read = read;
    this.provider = provider;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<ViewNetwork> {
    const graphs = new Map<string, Session>();
    for (const name of Object.keys(pack.manifest.graphs)) graphs.set(name, await openGraph(pack, name, options));
    const provider = graphs.get('views')?.providerLine ?? '';
    return new ViewNetwork(graphs, readerOf(pack.manifest), provider);
  }

  async encode(image: Float32Array, widthPx: number, heightPx: number): Promise<NamedTensor> {
    return (await this.run('encoder', { image: floats(image, 1, 3, heightPx, widthPx) })).features;
  }

  async predict(features: readonly NamedTensor[], doubted: ReadonlySet<number>): Promise<SeenView[]> {
    const look = this.lookAt(await this.views(features));
    const seen: SeenView[] = [];
    for (let view = 0; view < features.length; view++) seen.push(await this.read(look, view, doubted.has(view)));
    return seen;
  }

  /** Every output of every graph but the encoder, with the views along the first axis. */
  async everything(features: readonly NamedTensor[]): Promise<Outputs> {
    const all = await this.views(features);
    const look = this.lookAt(all);
    const out: Outputs = { ...all };
    for (const graph of this.graphs.keys()) {
      if (graph === 'encoder' || graph === 'views') continue;
      const answers = await Promise.all(features.map((_, view) => look.head(graph, view)));
      for (const name of Object.keys(answers[0])) out[name] = stacked(answers.map((answer) => answer[name]));
    }
    return out;
  }

  async dispose(): Promise<void> {
    for (const session of this.graphs.values()) await session.dispose();
  }

  private views(features: readonly NamedTensor[]): Promise<Outputs> {
    const ids = { dtype: 'I64', shape: [features.length], data: viewIds(features.length) } as const;
    const takesIds = this.graphs.get('views')?.inputs.some(({ name }) => name === 'ids') ?? false;
    return this.run('views', { features: stacked(features), ...(takesIds ? { ids } : {}) });
  }

  private lookAt(all: Outputs): Look {
    const part = (output: string, view: number): NamedTensor => {
      const { dtype, shape, data } = all[output];
      const items = data.length / shape[0];
      return { dtype, shape: shape.slice(1), data: data.subarray(view * items, (view + 1) * items) };
    };
    return {
      part,
      head: (graph, view) => {
        const inputs = this.graphs.get(graph)?.inputs ?? [];
        return this.run(graph, Object.fromEntries(inputs.map(({ name }) => [name, part(name, view)])));
      },
    };
  }

  private async run(graph: string, feeds: Outputs): Promise<Outputs> {
    const session = this.graphs.get(graph);
    if (!session) throw new TypeError(`The pack has no ${graph} graph.`);
    const startMs = performance.now();
    const out = await session.run(feeds);
    this.spentMs += performance.now() - startMs;
    return out;
  }
}

/**
 * Names of the views for networks that were trained with names drawn at random (Fast3R): the first is 0, the others are spread over 1…999, the same
 * in every run (Weyl's sequence with the golden ratio).
 */
export const viewIds = (count: number): BigInt64Array =>
  BigInt64Array.from({ length: count }, (_, view) => BigInt(view === 0 ? 0 : 1 + ((view * 617) % 999)));

/** Tensors of one shape along a new first axis. */
function stacked(parts: readonly NamedTensor[]): NamedTensor {
  const [{ dtype, shape }] = parts;
  const items = shape.reduce((product, n) => product * n, 1);
  const data = new Float32Array(parts.length * items);
  parts.forEach((part, i) => data.set(part.data as Float32Array, i * items));
  return { dtype, shape: [parts.length, ...shape], data };
}
