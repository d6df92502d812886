// Plans where every weight of a graph lies in the file beside it, then writes that file tensor by tensor.
//
// Building a graph only needs names and shapes, so a wrong checkpoint is refused before anything is written, and the
// numbers pass through memory one tensor at a time.

import { open } from 'node:fs/promises';
import type { Precision } from '../../projects/format/precision.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { bytesPerElement, type ElementType } from './onnx-proto.ts';
import type { TensorSource } from './tensor-source.ts';

/** In which numbers a graph works between its linear layers. */
export type FloatPrecision = Exclude<Precision, 'int8'>;
export const floatPrecision = (precision: Precision): FloatPrecision => (precision === 'int8' ? 'float32' : precision);

export interface WeightOptions {
  /** Rows to take, in this order; without it all rows as they are. */
  rows?: readonly number[];
  /** Stored in full precision even when the pack is float16. */
  keepFloat32?: boolean;
  /** Shape inside the graph when it differs from the checkpoint's; the items stay in their order. */
  dims?: readonly number[];
}

interface PlannedWeight {
  source: string;
  rows: readonly number[] | null;
  rowItems: number;
  /** A matrix in eight bits is two tensors: its items, one column for each output, and the scale of each. */
  part: 'whole' | 'items' | 'scales';
  type: ElementType;
  offset: number;
  byteLength: number;
}

/** Below so many inputs eight bits save nothing. */
const fewestQuantised = 32;
/** ONNX Runtime maps the file into memory; starts at cache lines keep its vector loads aligned. */
const alignment = 64;

/** Which tensors of a checkpoint have been asked for, over all graphs of a pack. */
export class WeightLedger {
  readonly source: TensorSource;
  readonly used = new Set<string>();
  readonly missing = new Set<string>();
  readonly misshapen = new Map<string, string>();

  constructor(source: TensorSource) {
    this.source = source;
  }

  /** True when the tensor is there with exactly this shape. */
  check(name: string, shape: readonly number[]): void {
    this.used.add(name);
    const info = this.source.tensors.get(name);
    if (!info) this.missing.add(name);
    else if (info.shape.join() !== shape.join())
      this.misshapen.set(name, `[${info.shape.join(', ')}] instead of [${shape.join(', ')}]`);
  }

  /** @throws StudioFailure 'checkpoint-unsupported' that names what is missing, has another shape, or was not expected */
  assertComplete(fileName: string, mayBeUnused: (name: string) => boolean): void {
    const unexpected = [...this.source.tensors.keys()].filter((name) => !this.used.has(name) && !mayBeUnused(name));
    const parts = [
      listed('missing', [...this.missing]),
      listed(
        'of another shape',
        [...this.misshapen].map(([name, how]) => `${name} ${how}`),
      ),
      listed('unexpected', unexpected),
    ].filter((part) => part !== null);
    if (parts.length > 0)
      throw new StudioFailure('checkpoint-unsupported', { name: fileName, reason: `${parts.join('; ')}.` });
  }
}

function listed(what: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const shown = names.slice(0, 5).join(', ');
  return `${names.length} ${names.length === 1 ? 'tensor' : 'tensors'} ${what}: ${shown}${names.length > 5 ? ', …' : ''}`;
}

/** The weights of one graph. */
export class WeightFile {
  readonly file: string;
  private readonly ledger: WeightLedger;
  private readonly precision: Precision;
  private readonly planned = new Map<string, PlannedWeight>();
  private end = 0;

  constructor(ledger: WeightLedger, precision: Precision, file: string) {
    this.ledger = ledger;
    this.precision = precision;
    this.file = file;
  }

  get byteLength(): number {
    return this.end;
  }

  /** Rows of a matrix in the checkpoint; 1 when it is missing (which `add` will report). */
  rowsOf(source: string): number {
    return this.ledger.source.tensors.get(source)?.shape[0] ?? 1;
  }

  /** Adds a tensor of the checkpoint to the graph. The same request twice gives the same initializer. */
  add(g: GraphBuilder, source: string, shape: readonly number[], options: WeightOptions = {}): Value {
    this.ledger.check(source, shape);
    const { rows = null, keepFloat32 = false } = options;
    const type: ElementType = keepFloat32 ? 'float32' : floatPrecision(this.precision);
    const rowItems = shape.slice(1).reduce((product, n) => product * n, 1);
    const dims = options.dims ?? (rows ? [rows.length, ...shape.slice(1)] : shape);
    const name = `${source}${rows ? `@${rows[0]}+${rows.length}` : ''}${options.dims ? `:${dims.join('x')}` : ''}:${type}`;
    const count = (rows?.length ?? shape[0]) * rowItems;
    return this.plan(g, name, dims, {
      source,
      rows,
      rowItems,
      part: 'whole',
      type,
      byteLength: count * bytesPerElement[type],
    });
  }

  /**
   * A matrix [outputs, inputs] of the checkpoint in eight bits: int8 items [inputs, outputs] and float32 scales [outputs].
   * null when it is to be stored as it is.
   */
  addQuantised(
    g: GraphBuilder,
    source: string,
    [outputs, inputs]: readonly [number, number],
    { rows, keepFloat32 = false, dims }: WeightOptions,
  ): { items: Value; scales: Value } | null {
    if (this.precision !== 'int8' || keepFloat32 || dims || inputs < fewestQuantised) return null;
    this.ledger.check(source, [outputs, inputs]);
    const count = rows?.length ?? outputs;
    const name = `${source}${rows ? `@${rows[0]}+${rows.length}` : ''}`;
    const common = { source, rows: rows ?? null, rowItems: inputs };
    return {
      items: this.plan(g, `${name}:int8`, [inputs, count], {
        ...common,
        ...{ part: 'items', type: 'int8', byteLength: count * inputs },
      }),
      scales: this.plan(g, `${name}:scales`, [count], {
        ...common,
        ...{ part: 'scales', type: 'float32', byteLength: 4 * count },
      }),
    };
  }

  private plan(g: GraphBuilder, name: string, dims: readonly number[], planned: Omit<PlannedWeight, 'offset'>): Value {
    const { type, byteLength } = planned;
    if (this.planned.has(name)) return { name, type };
    const offset = Math.ceil(this.end / alignment) * alignment;
    this.planned.set(name, { ...planned, offset });
    this.end = offset + byteLength;
    return g.initializer({ name, type, dims, data: { kind: 'external', file: this.file, offset, byteLength } });
  }

  /**
   * Writes the file.
   * @param onBytes called with the number of bytes written since the last call
   */
  async write(path: string, onBytes: (bytes: number) => void, signal: AbortSignal | null): Promise<void> {
    const handle = await open(path, 'w');
    try {
      let lastName = '';
      let data: Float32Array = new Float32Array(0);
      for (const weight of this.planned.values()) {
        if (signal?.aborted) throw new StudioFailure('cancelled');
        // Slices of one tensor (q, k, v) are planned one after the other: read it once.
        if (lastName !== weight.source) data = await this.ledger.source.read(weight.source);
        lastName = weight.source;
        const bytes = bytesOf(data, weight);
        await handle.write(bytes, 0, bytes.byteLength, weight.offset);
        onBytes(bytes.byteLength);
      }
      await handle.truncate(this.end);
    } finally {
      await handle.close();
    }
  }
}

function bytesOf(data: Float32Array, { rows, rowItems, part, type }: PlannedWeight): Uint8Array {
  let items = data;
  if (rows) {
    items = new Float32Array(rows.length * rowItems);
    rows.forEach((row, idx) => items.set(data.subarray(row * rowItems, (row + 1) * rowItems), idx * rowItems));
  }
  if (part === 'items') return eightBits(items, rowItems);
  if (part === 'scales') items = scalesOf(items, rowItems);
  if (type === 'float32') return new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
  const halves = new Float16Array(items.length);
  // Beyond ±65504 a half is infinite; clamping keeps the network finite.
  for (let i = 0; i < items.length; i++) halves[i] = Math.max(-65504, Math.min(65504, items[i]));
  return new Uint8Array(halves.buffer);
}

/** Largest magnitude of each row over 127; 1 for a row of zeros. */
function scalesOf(rows: Float32Array, rowItems: number): Float32Array {
  const scales = new Float32Array(rows.length / rowItems);
  for (let row = 0; row < scales.length; row++) {
    let most = 0;
    for (let i = row * rowItems; i < (row + 1) * rowItems; i++) most = Math.max(most, Math.abs(rows[i]));
    scales[row] = most > 0 ? most / 127 : 1;
  }
  return scales;
}

/** Rows over their scale as int8, transposed: ONNX Runtime multiplies by columns. */
function eightBits(rows: Float32Array, rowItems: number): Uint8Array {
  const scales = scalesOf(rows, rowItems);
  const items = new Int8Array(rows.length);
  for (let row = 0; row < scales.length; row++)
    for (let i = 0; i < rowItems; i++)
      items[i * scales.length + row] = Math.round(rows[row * rowItems + i] / scales[row]);
  return new Uint8Array(items.buffer);
}
