// Plans where every weight of a graph lies in the file beside it, then writes that file tensor by tensor.
//
// Building a graph only needs names and shapes, so a wrong checkpoint is refused before anything is written, and the
// numbers pass through memory one tensor at a time.

import { open } from 'node:fs/promises';
import { StudioFailure } from '../../projects/format/result.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { bytesPerElement, type ElementType } from './onnx-proto.ts';
import type { TensorSource } from './tensor-source.ts';

export type Precision = 'float32' | 'float16';

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
  type: ElementType;
  offset: number;
  byteLength: number;
}

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
    const type: ElementType = keepFloat32 ? 'float32' : this.precision;
    const rowItems = shape.slice(1).reduce((product, n) => product * n, 1);
    const dims = options.dims ?? (rows ? [rows.length, ...shape.slice(1)] : shape);
    const name = `${source}${rows ? `@${rows[0]}+${rows.length}` : ''}${options.dims ? `:${dims.join('x')}` : ''}:${type}`;
    const known = this.planned.get(name);
    if (known) return { name, type };
    const byteLength = (rows?.length ?? shape[0]) * rowItems * bytesPerElement[type];
    const offset = Math.ceil(this.end / alignment) * alignment;
    this.planned.set(name, { source, rows, rowItems, type, offset, byteLength });
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

function bytesOf(data: Float32Array, { rows, rowItems, type }: PlannedWeight): Uint8Array {
  let items = data;
  if (rows) {
    items = new Float32Array(rows.length * rowItems);
    rows.forEach((row, idx) => items.set(data.subarray(row * rowItems, (row + 1) * rowItems), idx * rowItems));
  }
  if (type === 'float32') return new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
  const halves = new Float16Array(items.length);
  // Beyond ±65504 a half is infinite; clamping keeps the network finite.
  for (let i = 0; i < items.length; i++) halves[i] = Math.max(-65504, Math.min(65504, items[i]));
  return new Uint8Array(halves.buffer);
}
