// Version 1: photos, runs, frames, chunks, saved states, edits, imports, and small facts.

export const sql = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE photos (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE,
  widthPx INTEGER NOT NULL CHECK (widthPx > 0),
  heightPx INTEGER NOT NULL CHECK (heightPx > 0),
  takenAtMs INTEGER,
  focalPx REAL,
  camera TEXT,
  gps TEXT CHECK (gps IS NULL OR json_valid(gps)),
  orderIdx INTEGER NOT NULL,
  prior TEXT CHECK (prior IS NULL OR json_valid(prior))
) STRICT;
CREATE INDEX photosByOrder ON photos (orderIdx);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  modelId TEXT NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  status TEXT NOT NULL CHECK (status IN ('running', 'paused', 'done', 'failed', 'cancelled')),
  createdAtMs INTEGER NOT NULL,
  message TEXT
) STRICT;

CREATE TABLE frames (
  id TEXT PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  photoId TEXT NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
  stepIdx INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('placed', 'waiting', 'failed')),
  submapIdx INTEGER NOT NULL,
  worldFromCamera TEXT CHECK (worldFromCamera IS NULL OR json_valid(worldFromCamera)),
  intrinsics TEXT CHECK (intrinsics IS NULL OR json_valid(intrinsics)),
  confidence REAL NOT NULL,
  UNIQUE (runId, photoId)
) STRICT;

CREATE TABLE chunks (
  id TEXT PRIMARY KEY,
  frameId TEXT NOT NULL REFERENCES frames (id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  bounds TEXT NOT NULL CHECK (json_valid(bounds)),
  kind TEXT NOT NULL CHECK (kind IN ('preview', 'final', 'inferred'))
) STRICT;
CREATE INDEX chunksByFrame ON chunks (frameId);

CREATE TABLE states (
  runId TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  stepIdx INTEGER NOT NULL,
  createdAtMs INTEGER NOT NULL,
  PRIMARY KEY (runId, stepIdx)
) STRICT, WITHOUT ROWID;

CREATE TABLE edits (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  createdAtMs INTEGER NOT NULL,
  undone INTEGER NOT NULL CHECK (undone IN (0, 1)),
  edit TEXT NOT NULL CHECK (json_valid(edit))
) STRICT;

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  createdAtMs INTEGER NOT NULL,
  copyPhotos INTEGER NOT NULL CHECK (copyPhotos IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('open', 'done', 'cancelled'))
) STRICT;

CREATE TABLE importFiles (
  importId TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('photo', 'video')),
  prior TEXT CHECK (prior IS NULL OR json_valid(prior)),
  state TEXT NOT NULL CHECK (state IN ('pending', 'imported', 'skipped')),
  code TEXT,
  reason TEXT,
  PRIMARY KEY (importId, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE importPhotos (
  importId TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  photoId TEXT NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
  PRIMARY KEY (importId, photoId)
) STRICT, WITHOUT ROWID;
`;
