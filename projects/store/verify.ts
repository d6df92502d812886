// Whether a file is a database of ours that can be opened: asked before anything is touched.

import { StudioFailure } from '../format/result.ts';
import { applicationId, migrations } from './migrate.ts';
import { Sql } from './sql.ts';

/** Looks at a database without being able to change it. @throws StudioFailure project-damaged, project-newer, project-locked */
export function verify(path: string): void {
  const sql = Sql.open(path, 'read');
  try {
    if (Number(sql.pragma('application_id')) !== applicationId)
      throw new StudioFailure('project-damaged', { reason: 'it is a database of another program.' });
    if (Number(sql.pragma('user_version')) > migrations.length) throw new StudioFailure('project-newer');
    const answer = String(sql.pragma('quick_check(1)'));
    if (answer !== 'ok') throw new StudioFailure('project-damaged', { reason: `${answer}.` });
  } finally {
    sql.close();
  }
}
