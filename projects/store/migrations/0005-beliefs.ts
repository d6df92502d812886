// Version 5: first beliefs of photos that were met again, and the order in which photos were met.

export const sql = `
CREATE TABLE firstBeliefs (
  frameId TEXT PRIMARY KEY REFERENCES frames (id) ON DELETE CASCADE,
  worldFromCamera TEXT NOT NULL CHECK (json_valid(worldFromCamera)),
  intrinsics TEXT CHECK (intrinsics IS NULL OR json_valid(intrinsics)),
  confidence REAL NOT NULL,
  points TEXT NOT NULL CHECK (json_valid(points)),
  revised TEXT NOT NULL CHECK (json_valid(revised)),
  depth TEXT CHECK (depth IS NULL OR json_valid(depth))
) STRICT, WITHOUT ROWID;

CREATE TABLE meetings (
  runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  stepIdx INTEGER NOT NULL,
  photoId TEXT NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
  PRIMARY KEY (runId, stepIdx)
) STRICT, WITHOUT ROWID;
-- Of older runs only the last meeting of each photo is known.
INSERT OR REPLACE INTO meetings (runId, stepIdx, photoId)
  SELECT runId, stepIdx, photoId FROM frames WHERE status <> 'failed';
`;
