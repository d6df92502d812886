// Version 7: polishes of a run's splats, and the files that stand in for the splats as they were made.

export const sql = `
CREATE TABLE polishes (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE,
  runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  createdAtMs INTEGER NOT NULL,
  report TEXT NOT NULL CHECK (json_valid(report)),
  undone INTEGER NOT NULL CHECK (undone IN (0, 1))
) STRICT;
CREATE INDEX polishesByRun ON polishes (runId);

CREATE TABLE polishedChunks (
  id TEXT PRIMARY KEY,
  polishId TEXT NOT NULL REFERENCES polishes (id) ON DELETE CASCADE,
  gaussianId TEXT NOT NULL REFERENCES gaussianChunks (id) ON DELETE CASCADE,
  UNIQUE (polishId, gaussianId)
) STRICT;
CREATE INDEX polishedChunksByGaussian ON polishedChunks (gaussianId);
`;
