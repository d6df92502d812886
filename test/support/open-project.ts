// A process that opens a project and says what came of it: `opened`, or the code of the refusal. With `hold` it keeps it open, with
// `nobody` it tries as another user when it is the superuser's, and then looks at it with the help of
// a scratch folder: `looked` follows.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProjectStore } from '../../projects/store/project-store.ts';
import { errorOf } from '../../projects/format/result.ts';
import { becomeNobody } from './become-nobody.ts';

const [folder, mode, scratch = ''] = process.argv.slice(2);
if (mode === 'nobody') {
  // A project of its own first: the database's binary is loaded late, and must be before the change.
  const own = await mkdtemp(join(tmpdir(), 'permanence-nobody-'));
  (await ProjectStore.create(join(own, 'project'), 'own')).close();
  await rm(own, { recursive: true });
  becomeNobody();
}
try {
  const store = await ProjectStore.open(folder);
  console.log('opened');
  if (mode === 'hold') setInterval(() => undefined, 1000);
  else store.close();
} catch (error) {
  console.log(errorOf(error).code);
  if (mode === 'nobody') {
    const store = await ProjectStore.look(folder, join(scratch, 'looking'));
    console.log(store.photos.count() === 40 ? 'looked' : 'not all is there');
    store.close();
  }
}
