// Opens a PyTorch checkpoint (zip with a pickle that names storages) as a TensorSource. Numbers are read by offset when asked for.

import type { FileHandle } from 'node:fs/promises';
import { bytesPerItem, itemCount, type Dtype } from '../../projects/format/safetensors.ts';
import { readPickle } from './pickle.ts';
import { nameOf, PickleCall, PickleError, PickleGlobal, PicklePersistent, type PickleValue } from './pickle-values.ts';
import { floatsOf, isPlainName, type TensorInfo, type TensorSource } from './tensor-source.ts';
import { listZip, readAt, type ZipEntry } from './zip.ts';

const dtypeOfStorage: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

const rebuildTensor = 'torch._utils._rebuild_tensor_v2';
const maxPickleBytes = 16 * 2 ** 20;
const maxTensors = 100_000;

interface StoredTensor extends TensorInfo {
  entry: ZipEntry;
  /** In items of the storage. */
  offset: number;
  strides: readonly number[];
}

/** @throws ZipError, PickleError with half a sentence that says what is wrong */
export async function openTorch(file: FileHandle, fileBytes: number): Promise<TensorSource> {
  const entries = await listZip(file, fileBytes);
  const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const pickleEntry = entries.get(pickleName ?? '');
  if (!pickleName || !pickleEntry) throw new PickleError('it is a zip archive without a PyTorch checkpoint inside');
  const root = pickleName.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(await readAt(file, order.offset, Math.min(order.byteLength, 16))) !== 'little')
    throw new PickleError('its numbers are stored big end first');
  if (pickleEntry.byteLength > maxPickleBytes) throw new PickleError('the description of its tensors is absurdly long');
  const top = readPickle(await readAt(file, pickleEntry.offset, pickleEntry.byteLength));
  const stored = new Map<string, StoredTensor>();
  for (const [name, value] of stateDictOf(top)) {
    if (typeof name !== 'string') continue;
    if (!isPlainName(name)) throw new PickleError('it has a tensor with an absurd name');
    const tensor = tensorOf(name, value, root, entries);
    if (tensor) stored.set(name, tensor);
    if (stored.size > maxTensors) throw new PickleError('it claims an absurd number of tensors');
  }
  if (stored.size === 0) throw new PickleError('it holds no tensors');
  const tensors = withoutCommonPrefix(stored, 'module.');
  return {
    tensors,
    expression: expressionOf(top),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new RangeError(`There is no tensor ${name}.`);
      return readTensor(file, tensor);
    },
    close: () => file.close(),
  };
}

/** A dict, or an OrderedDict that the pickle would have built by a call. */
function mapOf(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof Map) return value;
  return value instanceof PickleCall && value.items.size > 0 ? value.items : null;
}

/** Official files keep the weights under `model`, others under `state_dict` or at the top. */
function stateDictOf(top: PickleValue): ReadonlyMap<PickleValue, PickleValue> {
  const map = mapOf(top);
  if (!map) throw new PickleError('it holds no named tensors');
  return mapOf(map.get('model')) ?? mapOf(map.get('state_dict')) ?? map;
}

function expressionOf(top: PickleValue): string | null {
  const args = mapOf(top)?.get('args');
  const fields = args instanceof PickleCall ? mapOf(args.state) : mapOf(args);
  const model = fields?.get('model');
  return typeof model === 'string' ? model : null;
}

/** null for values beside the weights (counters, settings). */
function tensorOf(
  name: string,
  value: PickleValue,
  root: string,
  entries: ReadonlyMap<string, ZipEntry>,
): StoredTensor | null {
  if (!(value instanceof PickleCall) || !(value.callee instanceof PickleGlobal) || !Array.isArray(value.args))
    return null;
  if (value.callee.path === 'torch._utils._rebuild_parameter') {
    const [inner] = value.args;
    // A parameter holds a tensor; one that holds a parameter may hold itself.
    const holdsTensor =
      inner instanceof PickleCall && inner.callee instanceof PickleGlobal && inner.callee.path === rebuildTensor;
    return holdsTensor ? tensorOf(name, inner, root, entries) : null;
  }
  if (value.callee.path !== rebuildTensor) return null;
  const [storage, offset, shape, strides] = value.args;
  const wrong = (reason: string): PickleError => new PickleError(`its tensor ${name} ${reason}`);
  if (!(storage instanceof PicklePersistent) || !Array.isArray(storage.id)) throw wrong('has no storage');
  const [, type, key] = storage.id;
  const dtype =
    type instanceof PickleGlobal && Object.hasOwn(dtypeOfStorage, type.path) ? dtypeOfStorage[type.path] : undefined;
  if (!dtype) throw wrong('has an unknown type');
  const isCount = (n: PickleValue): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (
    !isCount(offset) ||
    !Array.isArray(shape) ||
    !shape.every(isCount) ||
    !Array.isArray(strides) ||
    !strides.every(isCount)
  )
    throw wrong('has no valid shape');
  if (shape.length !== strides.length || shape.length > 8) throw wrong('has no valid shape');
  const entry = entries.get(`${root}data/${nameOf(key)}`);
  if (!entry) throw wrong('has no storage');
  const items = entry.byteLength / bytesPerItem[dtype];
  const last = offset + shape.reduce((sum, n, axis) => sum + Math.max(0, n - 1) * strides[axis], 0);
  const count = itemCount(shape);
  // A stride of zero could blow one number up to any size.
  if (count > items || (count > 0 && last >= items)) throw wrong('is larger than its storage');
  return { dtype, shape, entry, offset, strides };
}

/** Training in parallel puts every name behind a prefix. */
function withoutCommonPrefix(stored: Map<string, StoredTensor>, prefix: string): Map<string, StoredTensor> {
  if (![...stored.keys()].every((name) => name.startsWith(prefix))) return stored;
  return new Map([...stored].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

async function readTensor(
  file: FileHandle,
  { dtype, shape, entry, offset, strides }: StoredTensor,
): Promise<Float32Array> {
  const itemBytes = bytesPerItem[dtype];
  const count = itemCount(shape);
  if (count === 0) return new Float32Array(0);
  const span = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], 1);
  const bytes = await readAt(file, entry.offset + offset * itemBytes, span * itemBytes);
  const items = floatsOf(dtype, bytes);
  let expected = 1;
  const rowMajor = shape.toReversed().every((n, idx) => {
    const fits = n === 1 || strides[shape.length - 1 - idx] === expected;
    expected *= n;
    return fits;
  });
  if (rowMajor) return items;
  const out = new Float32Array(count);
  const place = shape.map(() => 0);
  for (let i = 0, from = 0; i < count; i++) {
    out[i] = items[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++place[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      place[axis] = 0;
    }
  }
  return out;
}
