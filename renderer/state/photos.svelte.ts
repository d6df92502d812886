// Photos of the open project in the order the user sees, and what import said about the rest.

import type { ImportProgress } from '../../electron/contract/commands.ts';
import { inEditedOrder } from '../../projects/format/edits.ts';
import type { ReplacedPhoto } from '../../projects/format/photo-file.ts';
import type { Photo, PhotoId } from '../../projects/format/scene.ts';
import type { EditsState } from './edits.svelte.ts';

export interface Bringing {
  title: string;
  /** 0…1 */
  fraction: number;
  /** null when it cannot be stopped. */
  stop: (() => void) | null;
}

export class PhotosState {
  private readonly edits: EditsState;
  private rows = $state.raw<ReadonlyMap<PhotoId, Photo>>(new Map());
  import = $state.raw<ImportProgress | null>(null);
  watchedFolder = $state<string | null>(null);
  /** Photos whose files hold other pictures now than when they were imported, and whether the user has decided about them. */
  replaced = $state.raw<ReadonlyMap<PhotoId, boolean>>(new Map());
  /** What the page itself does with files before the host reads them; null when nothing. */
  bringing = $state.raw<Bringing | null>(null);

  constructor(edits: EditsState) {
    this.edits = edits;
  }

  readonly ordered: readonly Photo[] = $derived.by(() => inEditedOrder([...this.rows.values()], this.edits.scene));
  readonly placeOf: ReadonlyMap<PhotoId, number> = $derived(new Map(this.ordered.map(({ id }, idx) => [id, idx])));
  readonly included: number = $derived(
    this.ordered.filter(({ id }) => !this.edits.scene.excludedPhotoIds.has(id)).length,
  );
  readonly importing: boolean = $derived(this.import?.stage === 'listing' || this.import?.stage === 'reading');

  readonly undecided: readonly Photo[] = $derived(this.ordered.filter(({ id }) => this.replaced.get(id) === false));

  /** Whether the picture that the photo's file holds now can be brought in, and was not yet. */
  canTake({ id, path }: Photo): boolean {
    return this.replaced.has(id) && !this.ordered.some((other) => other.path === path && !this.replaced.has(other.id));
  }

  setReplaced(photos: readonly ReplacedPhoto[]): void {
    this.replaced = new Map(photos.map(({ photoId, isDecided }) => [photoId, isDecided]));
  }

  get(id: PhotoId): Photo | null {
    return this.rows.get(id) ?? null;
  }

  isExcluded(id: PhotoId): boolean {
    return this.edits.scene.excludedPhotoIds.has(id);
  }

  reset(photos: readonly Photo[]): void {
    this.rows = new Map(photos.map((photo) => [photo.id, photo]));
    this.bringing = null;
  }

  add(photos: readonly Photo[]): void {
    const rows = new Map(this.rows);
    for (const photo of photos) rows.set(photo.id, photo);
    this.rows = rows;
  }
}
