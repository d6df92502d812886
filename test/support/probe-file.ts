// A process that probes one photo as a user without special rights, and says what came of it.

import { probePhotos } from '../../projects/import/photo/probe.ts';
import { becomeNobody } from './become-nobody.ts';

becomeNobody();

const [answer] = await probePhotos({ files: [{ path: process.argv[2], photoId: 'p', thumbPath: '/dev/null/thumb' }] });
console.log(answer.ok ? 'it was read' : answer.error.sentence);
