// Opens whatever file a user calls a checkpoint, and says in one sentence why it cannot be one.

import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';
import { headerLengthOf, parseHeader, SafetensorsError } from '../../projects/format/safetensors.ts';
import { PickleError } from './pickle-values.ts';
import { floatsOf, isPlainName, type TensorSource } from './tensor-source.ts';
import { openTorch } from './torch-reader.ts';
import { readAt, ZipError } from './zip.ts';

/** A list of tensors needs a few hundred kilobytes; as objects it takes many times its bytes. */
const maxHeaderBytes = 16 * 2 ** 20;

/** The kind is told by the first bytes, not by the name. @throws StudioFailure 'checkpoint-unreadable' */
export async function openCheckpoint(path: string): Promise<TensorSource> {
  const name = basename(path);
  const unreadable = (reason: string): StudioFailure =>
    new StudioFailure('checkpoint-unreadable', { name, reason: `${reason.replace(/\.$/, '')}.` });
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (thrown) {
    throw unreadable(
      (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be opened',
    );
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new ZipError('it is not a file');
    if (facts.size < 16) throw new ZipError('it is empty or cut');
    const head = await readAt(file, 0, 10);
    if (head[0] === 0x50 && head[1] === 0x4b) return await openTorch(file, facts.size);
    if (head[8] === 0x7b) return await openSafetensors(file, facts.size);
    if (head[0] === 0x80)
      throw new ZipError('it is a PyTorch file from before version 1.6; save it again with a newer PyTorch');
    throw new ZipError('it is neither a PyTorch nor a safetensors file');
  } catch (thrown) {
    await file.close();
    if (thrown instanceof ZipError || thrown instanceof PickleError || thrown instanceof SafetensorsError)
      throw unreadable(thrown.message);
    throw unreadable(`reading it failed (${(thrown as Error).message})`);
  }
}

async function openSafetensors(file: FileHandle, fileBytes: number): Promise<TensorSource> {
  const length = headerLengthOf(await readAt(file, 0, 8));
  if (length > maxHeaderBytes) throw new SafetensorsError('The header is absurdly long.');
  if (8 + length > fileBytes) throw new SafetensorsError('The file ends before its header.');
  const { entries, metadata, dataStart } = parseHeader(await readAt(file, 8, length), fileBytes);
  if (![...entries.keys()].every(isPlainName)) throw new SafetensorsError('It has a tensor with an absurd name.');
  return {
    tensors: entries,
    expression: metadata.model ?? null,
    read: async (name) => {
      const entry = entries.get(name);
      if (!entry) throw new RangeError(`There is no tensor ${name}.`);
      return floatsOf(entry.dtype, await readAt(file, dataStart + entry.begin, entry.end - entry.begin));
    },
    close: () => file.close(),
  };
}
