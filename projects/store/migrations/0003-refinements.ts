// Version 3: refinements of runs with the poses before and after.

export const sql = `
CREATE TABLE refinements (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE,
  runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  createdAtMs INTEGER NOT NULL,
  beforePoses TEXT NOT NULL CHECK (json_valid(beforePoses)),
  afterPoses TEXT NOT NULL CHECK (json_valid(afterPoses)),
  report TEXT NOT NULL CHECK (json_valid(report)),
  undone INTEGER NOT NULL CHECK (undone IN (0, 1))
) STRICT;
CREATE INDEX refinementsByRun ON refinements (runId);
`;
