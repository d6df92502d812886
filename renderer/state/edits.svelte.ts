// The user's edits: the records as the host keeps them, folded, with what can be undone and redone.

import type { Edit } from '../../projects/format/edits.ts';
import { foldEdits, type EditedScene, type EditRecord } from '../../projects/format/edits.ts';
import type { RunState } from './run.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

/** Edits on which answers depend. */
const answering: ReadonlySet<Edit['kind']> = new Set([
  'photos-excluded',
  'frames-hidden',
  'points-deleted',
  'splats-hidden',
  'splats-deleted',
  'splats-shown',
  'up-set',
  'scale-set',
  'scale-cleared',
]);

export class EditsState {
  private readonly calls: StudioCalls;
  private readonly run: RunState;
  records = $state.raw<readonly EditRecord[]>([]);

  constructor(calls: StudioCalls, run: RunState) {
    this.calls = calls;
    this.run = run;
  }

  readonly scene: EditedScene = $derived.by(() => foldEdits(this.records, this.run.shown?.id ?? null));
  private readonly bySeq: readonly EditRecord[] = $derived([...this.records].sort((a, b) => a.seq - b.seq));
  /** The edit that undo would take back. */
  readonly undoable: EditRecord | null = $derived(this.bySeq.findLast(({ undone }) => !undone) ?? null);
  /** The edit that redo would bring back: the first undone one behind the last active one. */
  readonly redoable: EditRecord | null = $derived.by(() => {
    const after = this.undoable?.seq ?? -Infinity;
    return this.bySeq.find(({ seq, undone }) => undone && seq > after) ?? null;
  });

  /** Changes whenever the scene may answer otherwise than before: by what is in it, by which way is up, or by its scale. */
  readonly answersKey: string = $derived(
    this.records
      .filter(({ edit, undone }) => !undone && answering.has(edit.kind))
      .map(({ id }) => id)
      .join(),
  );

  append(edit: Edit): Promise<unknown> {
    return this.calls.ask('edits.append', edit, 'project');
  }

  undo(): Promise<unknown> {
    return this.calls.ask('edits.undo', null, 'project');
  }

  redo(): Promise<unknown> {
    return this.calls.ask('edits.redo', null, 'project');
  }
}

/** What an edit did, as the undo button says it. */
export function nameOfEdit({ edit }: EditRecord): string {
  const many = (count: number, one: string): string => (count === 1 ? one : `${count} ${one}s`);
  switch (edit.kind) {
    case 'photos-excluded':
      return `${edit.excluded ? 'exclude' : 'include'} ${many(edit.photoIds.length, 'photo')}`;
    case 'photos-reordered':
      return 'reorder photos';
    case 'frames-hidden':
      return `${edit.hidden ? 'hide' : 'show'} ${many(edit.frameIds.length, 'frame')}`;
    case 'points-deleted':
      return 'delete points';
    case 'splats-hidden':
      return `hide ${edit.what}`;
    case 'splats-deleted':
      return `delete ${edit.what}`;
    case 'splats-shown':
      return 'show all again';
    case 'up-set':
      return 'set up direction';
    case 'scale-set':
      return 'set scale';
    case 'scale-cleared':
      return 'clear scale';
    case 'measure-added':
      return `measure ${edit.measure.name}`;
    case 'measure-renamed':
      return `rename ${edit.name}`;
    case 'measures-deleted':
      return `delete ${many(edit.measureIds.length, 'measure')}`;
  }
}
