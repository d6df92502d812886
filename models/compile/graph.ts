// A small typed builder of ONNX graphs: values in, operators applied, a model file out.

import {
  bytesPerElement,
  encodeModel,
  type Attribute,
  type Dim,
  type ElementType,
  type Initializer,
  type Node,
  type ValueInfo,
} from './onnx-proto.ts';

/** A tensor of the graph that is being built. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
}

export type ConstantData =
  Float32Array | Float64Array | Float16Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

export interface OpOptions {
  /** Type of the outputs; without it the type of the first input. */
  type?: ElementType;
  /** '' is ONNX itself, 'com.microsoft' holds ONNX Runtime's fused operators. */
  domain?: '' | 'com.microsoft';
}

/** Attributes as one writes them: whole numbers become integers; a float attribute is wrapped by `float()`. */
export type Attributes = Readonly<Record<string, number | string | readonly number[] | FloatAttribute>>;

class FloatAttribute {
  readonly value: number | readonly number[];
  constructor(value: number | readonly number[]) {
    this.value = value;
  }
}

/** Marks an attribute as float, for operators whose attribute may be a whole number by chance (alpha, epsilon, scale). */
export const float = (value: number | readonly number[]): FloatAttribute => new FloatAttribute(value);

export const onnxOpset = 21;

export class GraphBuilder {
  readonly name: string;
  private readonly nodes: Node[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly constants = new Map<string, Value>();
  private count = 0;

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, type: ElementType, dims: readonly Dim[]): Value {
    this.inputs.push({ name, type, dims });
    return { name, type };
  }

  /** Names a value as an output of the graph. */
  output(name: string, value: Value, dims: readonly Dim[]): void {
    this.nodes.push({
      opType: 'Identity',
      domain: '',
      name: `out_${name}`,
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    this.outputs.push({ name, type: value.type, dims });
  }

  /** A tensor whose numbers are written into the model file. */
  constant(data: ConstantData, dims: readonly number[], type: ElementType = typeOf(data)): Value {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).slice();
    const count = dims.reduce((product, n) => product * n, 1);
    if (count * bytesPerElement[type] !== bytes.byteLength)
      throw new RangeError(`A constant of shape [${dims.join(', ')}] cannot hold ${data.length} items.`);
    return this.initializer({ name: this.fresh('const'), type, dims, data: { kind: 'inline', bytes } });
  }

  /** A tensor whose numbers lie in a file beside the model (or inline): weights of a checkpoint. */
  initializer(initializer: Initializer): Value {
    this.initializers.push(initializer);
    return { name: initializer.name, type: initializer.type };
  }

  /** A float scalar in the type of the values it meets; repeated ones are shared. */
  scalar(value: number, type: ElementType = 'float32'): Value {
    return this.shared(`${type}:${value}`, () =>
      type === 'float16'
        ? this.constant(Float16Array.of(value), [], 'float16')
        : type === 'int64'
          ? this.constant(BigInt64Array.of(BigInt(value)), [], 'int64')
          : this.constant(Float32Array.of(value), []),
    );
  }

  /** An int64 vector, as shapes, axes and splits want it; repeated ones are shared. */
  ints(...values: readonly number[]): Value {
    return this.shared(`ints:${values.join()}`, () =>
      this.constant(BigInt64Array.from(values, BigInt), [values.length]),
    );
  }

  /** Applies an operator with one output. A null input is left out. */
  op(opType: string, inputs: readonly (Value | null)[], attributes: Attributes = {}, options: OpOptions = {}): Value {
    return this.ops(opType, inputs, 1, attributes, options)[0];
  }

  /** Applies an operator with several outputs, all of one type. */
  ops(
    opType: string,
    inputs: readonly (Value | null)[],
    outputCount: number,
    attributes: Attributes = {},
    { type, domain = '' }: OpOptions = {},
  ): Value[] {
    const resultType = type ?? inputs.find((input) => input !== null)?.type ?? 'float32';
    const name = this.fresh(opType);
    const outputs = Array.from({ length: outputCount }, (_, idx) => (idx === 0 ? name : `${name}.${idx}`));
    this.nodes.push({
      opType,
      domain,
      name: `node_${name}`,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs,
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)])),
    });
    return outputs.map((output) => ({ name: output, type: resultType }));
  }

  /** The value in another element type; itself when it has it already. */
  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    const code = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 }[type];
    return this.op('Cast', [value], { to: code }, { type });
  }

  add = (a: Value, b: Value): Value => this.op('Add', [a, b]);
  sub = (a: Value, b: Value): Value => this.op('Sub', [a, b]);
  mul = (a: Value, b: Value): Value => this.op('Mul', [a, b]);
  div = (a: Value, b: Value): Value => this.op('Div', [a, b]);
  matmul = (a: Value, b: Value): Value => this.op('MatMul', [a, b]);

  concat = (values: readonly Value[], axis: number): Value => this.op('Concat', values, { axis });
  transpose = (value: Value, perm: readonly number[]): Value => this.op('Transpose', [value], { perm });
  /** 0 keeps a dimension, −1 takes what is left. */
  reshape = (value: Value, ...dims: readonly number[]): Value => this.op('Reshape', [value, this.ints(...dims)]);
  softmax = (value: Value, axis = -1): Value => this.op('Softmax', [value], { axis });

  /** Part of a value along one axis: begin inclusive, end exclusive, negative counts from the end. */
  slice(value: Value, axis: number, begin: number, end: number = Number.MAX_SAFE_INTEGER): Value {
    return this.op('Slice', [value, this.ints(begin), this.ints(end), this.ints(axis)]);
  }

  /** The model as the bytes of an .onnx file. */
  encode(): Uint8Array<ArrayBuffer> {
    const { name, nodes, initializers, inputs, outputs } = this;
    return encodeModel({ name, nodes, initializers, inputs, outputs }, { '': onnxOpset, 'com.microsoft': 1 });
  }

  /** Inputs and outputs as a manifest lists them. */
  signature(): { inputs: readonly ValueInfo[]; outputs: readonly ValueInfo[] } {
    return { inputs: this.inputs, outputs: this.outputs };
  }

  private fresh(stem: string): string {
    this.count += 1;
    return `${stem}_${this.count}`;
  }

  private shared(key: string, make: () => Value): Value {
    const known = this.constants.get(key);
    if (known) return known;
    const value = make();
    this.constants.set(key, value);
    return value;
  }
}

function attributeOf(value: number | string | readonly number[] | FloatAttribute): Attribute {
  if (value instanceof FloatAttribute) return value.value;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  return value.every(Number.isInteger) ? value.map(BigInt) : value;
}

function typeOf(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Float16Array || data instanceof Uint16Array) return 'float16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int8Array ? 'int8' : 'uint8';
}
