// Which photos the user has selected and which one the pointer is over: the filmstrip, the timeline and the cameras share it.

import type { PhotoId } from '../../projects/format/scene.ts';

export class SelectionState {
  photoIds = $state.raw<ReadonlySet<PhotoId>>(new Set());
  /** The one whose facts are shown; the last one clicked. */
  primary = $state<PhotoId | null>(null);
  hovered = $state<PhotoId | null>(null);
  /** Photo whose camera the viewport looks through. */
  lookingThrough = $state<PhotoId | null>(null);
  /** 0 shows the render alone, 1 the photo alone. */
  photoFade = $state(0.5);

  readonly isEmpty: boolean = $derived(this.photoIds.size === 0);

  only(id: PhotoId): void {
    this.photoIds = new Set([id]);
    this.primary = id;
  }

  toggle(id: PhotoId): void {
    const ids = new Set(this.photoIds);
    if (!ids.delete(id)) ids.add(id);
    this.photoIds = ids;
    this.primary = ids.has(id) ? id : ([...ids].at(-1) ?? null);
  }

  /** From the primary photo to this one, in the order given. */
  extendTo(id: PhotoId, order: readonly PhotoId[]): void {
    const to = order.indexOf(id);
    const from = this.primary ? order.indexOf(this.primary) : to;
    this.photoIds = new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.primary ??= id;
  }

  clear(): void {
    this.photoIds = new Set();
    this.primary = null;
  }

  reset(): void {
    this.clear();
    this.hovered = null;
    this.lookingThrough = null;
  }
}
