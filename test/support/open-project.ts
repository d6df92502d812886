// A process that opens a project and says what came of it: `opened`, or the code of the refusal. With `hold` it keeps it open.

import { ProjectStore } from '../../projects/store/project-store.ts';
import { errorOf } from '../../projects/format/result.ts';

const [folder, hold] = process.argv.slice(2);
try {
  const store = await ProjectStore.open(folder);
  console.log('opened');
  if (hold) setInterval(() => undefined, 1000);
  else store.close();
} catch (error) {
  console.log(errorOf(error).code);
}
