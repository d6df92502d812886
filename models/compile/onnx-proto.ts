// Writes ONNX files: the part of the protobuf messages of onnx.proto (IR version 10) that our graphs need.
//
// Field numbers and enum values are those of onnx/onnx.proto; the wire format is that of protobuf: a varint key
// (field << 3 | wire type), then a varint (0), four bytes (5) or length-delimited bytes (2).

export type ElementType = 'float32' | 'float16' | 'float64' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';

/** TensorProto.DataType */
export const elementTypeCode: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

export const bytesPerElement: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
};

/** A number is fixed, a word names a free dimension. */
export type Dim = number | string;

export interface ValueInfo {
  name: string;
  type: ElementType;
  dims: readonly Dim[];
}

/** Where the numbers of an initializer are: in the model file, or in a file beside it. */
export type InitializerData =
  { kind: 'inline'; bytes: Uint8Array } | { kind: 'external'; file: string; offset: number; byteLength: number };

export interface Initializer {
  name: string;
  type: ElementType;
  dims: readonly number[];
  data: InitializerData;
}

/** An integer attribute is a bigint, a float attribute a number: JavaScript alone could not tell 1 from 1.0. */
export type Attribute = bigint | number | string | readonly bigint[] | readonly number[];

export interface Node {
  opType: string;
  domain: string;
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  name: string;
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
}

/** Collects the fields of one message. */
class Message {
  private readonly parts: Uint8Array[] = [];

  varint(field: number, value: bigint | number): this {
    return this.key(field, 0).push(varintBytes(BigInt(value)));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.key(field, 5).push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.key(field, 2)
      .push(varintBytes(BigInt(value.byteLength)))
      .push(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    const size = value.parts.reduce((sum, part) => sum + part.byteLength, 0);
    this.key(field, 2).push(varintBytes(BigInt(size)));
    for (const part of value.parts) this.parts.push(part);
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const file = new Uint8Array(this.parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of this.parts) {
      file.set(part, at);
      at += part.byteLength;
    }
    return file;
  }

  private key(field: number, wireType: number): this {
    return this.push(varintBytes(BigInt((field << 3) | wireType)));
  }

  private push(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }
}

/** Negative numbers are written as their 64-bit two's complement, as protobuf asks for int64. */
function varintBytes(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** A whole ModelProto. `opsets` maps a domain ('' is ONNX itself) to its version. */
export function encodeModel(graph: Graph, opsets: Readonly<Record<string, number>>): Uint8Array<ArrayBuffer> {
  const model = new Message().varint(1, 10).string(2, 'permanence').message(7, graphMessage(graph));
  for (const [domain, version] of Object.entries(opsets))
    model.message(8, new Message().string(1, domain).varint(2, version));
  return model.finish();
}

function graphMessage(graph: Graph): Message {
  const message = new Message();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.string(2, graph.name);
  for (const initializer of graph.initializers) message.message(5, tensorMessage(initializer));
  for (const input of graph.inputs) message.message(11, valueInfoMessage(input));
  for (const output of graph.outputs) message.message(12, valueInfoMessage(output));
  return message;
}

function nodeMessage(node: Node): Message {
  const message = new Message();
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, node.name).string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, attributeMessage(name, value));
  return node.domain === '' ? message : message.string(7, node.domain);
}

function attributeMessage(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.float(2, value).varint(20, 1);
  if (typeof value === 'bigint') return message.varint(3, value).varint(20, 2);
  if (typeof value === 'string') return message.string(4, value).varint(20, 3);
  if (value.length > 0 && typeof value[0] === 'number') {
    for (const item of value as readonly number[]) message.float(7, item);
    return message.varint(20, 6);
  }
  for (const item of value as readonly bigint[]) message.varint(8, item);
  return message.varint(20, 7);
}

function tensorMessage({ name, type, dims, data }: Initializer): Message {
  const message = new Message();
  for (const dim of dims) message.varint(1, dim);
  message.varint(2, elementTypeCode[type]).string(8, name);
  if (data.kind === 'inline') return message.bytes(9, data.bytes);
  const facts = { location: data.file, offset: String(data.offset), length: String(data.byteLength) };
  for (const [key, value] of Object.entries(facts)) message.message(13, new Message().string(1, key).string(2, value));
  return message.varint(14, 1);
}

function valueInfoMessage({ name, type, dims }: ValueInfo): Message {
  const shape = new Message();
  for (const dim of dims)
    shape.message(1, typeof dim === 'number' ? new Message().varint(1, dim) : new Message().string(2, dim));
  const tensor = new Message().varint(1, elementTypeCode[type]).message(2, shape);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
