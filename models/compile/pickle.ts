// Reads the pickle inside a PyTorch file as inert data. Nothing is imported, called or executed: a class is only its name.
//
// A pickle is a program for a stack machine (Python's pickletools names the opcodes). Containers become arrays and Maps; what would
// call something becomes a PickleCall that remembers what it would have called with what.

import { nameOf, PickleCall, PickleError, PickleGlobal, PicklePersistent, type PickleValue } from './pickle-values.ts';

/** Lists, maps and calls altogether: an optimiser's state of a full-size checkpoint needs a tenth of them. */
const maxContainers = 1_000_000;
/** Entries of stack, marks or memo that a real checkpoint never reaches: the full-size ones need some twenty thousand. */
const maxEntries = 1_000_000;

/** Instructions whose result is a list, a map, a call or a reference. */
const makesContainer: ReadonlySet<number> = new Set([
  ...[0x29, 0x5d, 0x8f, 0x7d, 0x74, 0x6c, 0x91, 0x85, 0x86, 0x87],
  ...[0x63, 0x93, 0x52, 0x81, 0x92, 0x51],
]);

/** @throws PickleError when the bytes are cut or use an opcode that checkpoints do not need */
export function readPickle(bytes: Uint8Array): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;
  let containers = 0;

  const take = (count: number): number => {
    const from = at;
    at += count;
    if (!(at <= bytes.byteLength)) throw new PickleError('the description of its tensors is cut');
    return from;
  };
  const text = (length: number): string => {
    const from = take(length);
    return new TextDecoder().decode(bytes.subarray(from, at));
  };
  const raw = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, at);
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new PickleError('the description of its tensors is cut');
    const value = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    return value;
  };
  const long = (length: number): number | bigint => {
    const part = raw(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(part[i]);
    value = length > 0 ? BigInt.asIntN(8 * length, value) : 0n;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined) throw new PickleError('the description of its tensors is damaged');
    return value;
  };
  const top = (): PickleValue => {
    const value = stack.at(-1);
    if (value === undefined) throw new PickleError('the description of its tensors is damaged');
    return value;
  };
  const toMark = (): PickleValue[] => {
    const from = marks.pop();
    if (from === undefined) throw new PickleError('the description of its tensors is damaged');
    return stack.splice(from);
  };
  const recall = (key: number): PickleValue => {
    const value = memo.get(key);
    if (value === undefined) throw new PickleError('the description of its tensors is damaged');
    return value;
  };
  const several = (count: number): void => {
    if (stack.length < count) throw new PickleError('the description of its tensors is damaged');
    stack.push(stack.splice(stack.length - count));
  };
  const setItems = (pairs: PickleValue[]): void => {
    const target = top();
    const map = target instanceof PickleCall ? target.items : target;
    if (!(map instanceof Map)) throw new PickleError('the description of its tensors is damaged');
    for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  };
  const append = (items: PickleValue[]): void => {
    const target = top();
    if (Array.isArray(target)) for (const item of items) target.push(item);
    else if (!(target instanceof PickleCall)) throw new PickleError('the description of its tensors is damaged');
  };

  for (;;) {
    if (stack.length + marks.length + memo.size > maxEntries)
      throw new PickleError('the description of its tensors is absurdly long');
    const opcode = bytes[take(1)];
    // They may hang in each other and leave the stack short.
    if (makesContainer.has(opcode) && ++containers > maxContainers)
      throw new PickleError('the description of its tensors is absurdly long');
    switch (opcode) {
      case 0x80: // PROTO
        take(1);
        break;
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        toMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(view.getUint8(take(1)));
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(long(view.getUint8(take(1))));
        break;
      case 0x8b: {
        // LONG4: whole numbers of a checkpoint have a few bytes, whatever the length field says.
        const length = view.getInt32(take(4), true);
        if (length < 0 || length > 1024) throw new PickleError('the description of its tensors holds an absurd number');
        stack.push(long(length));
        break;
      }
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(view.getUint8(take(1))));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(Number(view.getBigUint64(take(8), true))));
        break;
      case 0x54: // BINSTRING
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(text(view.getUint8(take(1))));
        break;
      case 0x42: // BINBYTES
        stack.push(raw(view.getUint32(take(4), true)));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(raw(view.getUint8(take(1))));
        break;
      case 0x8e: // BINBYTES8
        stack.push(raw(Number(view.getBigUint64(take(8), true))));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        stack.push(toMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        several(opcode - 0x84);
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        append(toMark());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(toMark());
        break;
      case 0x71: // BINPUT
        memo.set(view.getUint8(take(1)), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        stack.push(recall(view.getUint8(take(1))));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(view.getUint32(take(4), true)));
        break;
      case 0x63: {
        // GLOBAL
        const module = line();
        stack.push(new PickleGlobal(`${module}.${line()}`));
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        stack.push(new PickleGlobal(`${nameOf(pop())}.${nameOf(name)}`));
        break;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = pop();
        stack.push(new PickleCall(pop(), args));
        break;
      }
      case 0x92: {
        // NEWOBJ_EX: keyword arguments are dropped
        pop();
        const args = pop();
        stack.push(new PickleCall(pop(), args));
        break;
      }
      case 0x62: {
        // BUILD
        const state = pop();
        const target = top();
        if (target instanceof PickleCall) target.state = state;
        break;
      }
      case 0x51: // BINPERSID
        stack.push(new PicklePersistent(pop()));
        break;
      default:
        throw new PickleError(`the description of its tensors uses the unknown instruction ${opcode}`);
    }
  }
}
