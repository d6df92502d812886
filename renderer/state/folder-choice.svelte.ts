// Choosing a folder of the studio's machine in the page itself, where the host has no dialogs of the system.

import type { FolderListing } from '../../electron/contract/commands.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';

/** What is looked for decides the words and which folder may be chosen. */
export type FolderWish = 'photos' | 'watch' | 'project';

export class FolderChoice {
  readonly #api: StudioApi;
  wish = $state<FolderWish | null>(null);
  listing = $state.raw<FolderListing | null>(null);
  /** Why a folder could not be looked into; the one before stays in view. */
  problem = $state<string | null>(null);
  #answer: ((folder: string | null) => void) | null = null;
  /** How often a folder was asked for: an answer that comes late must not lead away from a newer one. */
  #asked = 0;

  constructor(api: StudioApi) {
    this.#api = api;
  }

  readonly canChoose: boolean = $derived(this.listing !== null && (this.wish !== 'project' || this.listing.isProject));

  /** Opens the dialog where it was last; null when the user leaves it. */
  async ask(wish: FolderWish): Promise<string | null> {
    this.leave();
    this.wish = wish;
    const answer = new Promise<string | null>((resolve) => (this.#answer = resolve));
    await this.go(this.listing?.folder ?? null);
    return answer;
  }

  /** @param folder null: the user's home */
  async go(folder: string | null): Promise<void> {
    const own = ++this.#asked;
    const result = await this.#api.invoke('dialog.folder', { folder });
    if (own !== this.#asked) return;
    this.problem = result.ok ? null : result.error.sentence;
    if (result.ok) this.listing = result.value;
  }

  choose(): void {
    if (this.canChoose) this.#end(this.listing?.folder ?? null);
  }

  leave(): void {
    this.#end(null);
  }

  #end(folder: string | null): void {
    this.wish = null;
    this.problem = null;
    const answer = this.#answer;
    this.#answer = null;
    answer?.(folder);
  }
}
