// Brings a database up to the version this program knows, one migration per file, each in a transaction of its own.

import { StudioFailure } from '../format/result.ts';
import { sql as project } from './migrations/0001-project.ts';
import { sql as splats } from './migrations/0002-splats.ts';
import { sql as refinements } from './migrations/0003-refinements.ts';
import { sql as labels } from './migrations/0004-labels.ts';
import { sql as beliefs } from './migrations/0005-beliefs.ts';
import { sql as refinedPoints } from './migrations/0006-refined-points.ts';
import { sql as polishes } from './migrations/0007-polishes.ts';
import { sql as photoFiles } from './migrations/0008-photo-files.ts';
import type { Sql } from './sql.ts';

/** Migration i brings version i to version i + 1. Never edit one that was released; add another. */
export const migrations: readonly string[] = [
  project,
  splats,
  refinements,
  labels,
  beliefs,
  refinedPoints,
  polishes,
  photoFiles,
];

/** 'PERM': tells our database from any other SQLite file. */
export const applicationId = 0x5045524d;

/** @throws StudioFailure project-newer */
export function migrate(sql: Sql, steps: readonly string[] = migrations): void {
  const version = Number(sql.pragma('user_version'));
  if (version > steps.length) throw new StudioFailure('project-newer');
  for (let idx = version; idx < steps.length; idx++)
    sql.transaction(() => {
      sql.script(steps[idx]);
      sql.script(`PRAGMA user_version = ${idx + 1}; PRAGMA application_id = ${applicationId};`);
    });
}
