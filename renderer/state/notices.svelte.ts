// What is worth telling, kept by the place it belongs to: beside the import, the run, the project, the models, or the whole app.

import type { Notice } from '../../electron/contract/events.ts';

export interface ShownNotice extends Notice {
  id: number;
}

/** Older ones leave first; a run with hundreds of warnings must not grow the page. */
const mostPerPlace = 20;

export class NoticesState {
  all = $state.raw<readonly ShownNotice[]>([]);
  private nextId = 1;

  add(notice: Notice): void {
    const same = (n: ShownNotice): boolean => n.place === notice.place && n.sentence === notice.sentence;
    const others = this.all.filter((n) => !same(n));
    const here = others.filter((n) => n.place === notice.place);
    const dropped = here.length >= mostPerPlace ? here[0] : null;
    this.all = [...others.filter((n) => n !== dropped), { ...notice, id: this.nextId++ }];
  }

  /** Newest last. */
  at(place: Notice['place']): ShownNotice[] {
    return this.all.filter((notice) => notice.place === place);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }

  clear(place: Notice['place']): void {
    this.all = this.all.filter((notice) => notice.place !== place);
  }

  clearProject(): void {
    this.all = this.all.filter(({ place }) => place === 'app' || place === 'models');
  }
}
