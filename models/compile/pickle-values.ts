// What a pickle holds when it is read as inert data: plain values, and classes, calls and references that are only remembered.

export class PickleError extends Error {
  override name = 'PickleError';
}

/** A name that unpickling in Python would import. */
export class PickleGlobal {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** What a call would have made: its callee, its arguments, and the state or items set afterwards. */
export class PickleCall {
  readonly callee: PickleValue;
  readonly args: PickleValue;
  state: PickleValue = null;
  readonly items = new Map<PickleValue, PickleValue>();
  constructor(callee: PickleValue, args: PickleValue) {
    this.callee = callee;
    this.args = args;
  }
}

/** A reference into the file around the pickle: for PyTorch, a storage. */
export class PicklePersistent {
  readonly id: PickleValue;
  constructor(id: PickleValue) {
    this.id = id;
  }
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleCall
  | PicklePersistent;

/** The text of a value that must be a name: never that of a list, which may hold itself many times over. @throws PickleError */
export function nameOf(value: PickleValue | undefined): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new PickleError('the description of its tensors has a name that is no text');
}
