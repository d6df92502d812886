// Choosing a folder in the page: the newest wish counts, in whatever order the host answers.
import { expect, test } from 'vitest';
import type { FolderListing } from '../../../../electron/contract/commands.ts';
import type { StudioApi } from '../../../../electron/contract/studio-api.ts';
import { FolderChoice } from '../../../../renderer/state/folder-choice.svelte.ts';

const listing = (folder: string): FolderListing => ({ folder, parent: '/', isProject: false, folders: [], photos: 0 });

test('an answer that comes late does not lead away from the folder that was asked for after it', async () => {
  const waiting = new Map<string | null, (answer: FolderListing) => void>();
  const invoke = async (_: string, { folder }: { folder: string | null }): Promise<unknown> => ({
    ok: true,
    value: await new Promise<FolderListing>((resolve) => waiting.set(folder, resolve)),
  });
  const choice = new FolderChoice({ invoke } as unknown as StudioApi);
  const chosen = choice.ask('watch');
  const gone = choice.go('/inbox');
  waiting.get('/inbox')?.(listing('/inbox'));
  await gone;
  expect(choice.listing?.folder).toBe('/inbox');
  waiting.get(null)?.(listing('/home'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(choice.listing?.folder).toBe('/inbox');
  choice.choose();
  expect(await chosen).toBe('/inbox');
});
