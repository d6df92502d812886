// Version 2: Gaussians of frames with their learned features, questions that were asked, cameras that were kept.

export const sql = `
CREATE TABLE gaussianChunks (
  id TEXT PRIMARY KEY,
  frameId TEXT NOT NULL REFERENCES frames (id) ON DELETE CASCADE,
  sourceChunkId TEXT NOT NULL UNIQUE REFERENCES chunks (id) ON DELETE CASCADE,
  count INTEGER NOT NULL
) STRICT;
CREATE INDEX gaussianChunksByFrame ON gaussianChunks (frameId);

CREATE TABLE splatFeatures (
  id TEXT PRIMARY KEY,
  gaussianId TEXT NOT NULL REFERENCES gaussianChunks (id) ON DELETE CASCADE,
  modelId TEXT NOT NULL,
  UNIQUE (gaussianId, modelId)
) STRICT;

CREATE TABLE questions (
  text TEXT PRIMARY KEY,
  askedAtMs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cameras (
  id TEXT PRIMARY KEY,
  idx INTEGER NOT NULL,
  name TEXT NOT NULL,
  worldFromCamera TEXT NOT NULL CHECK (json_valid(worldFromCamera)),
  intrinsics TEXT NOT NULL CHECK (json_valid(intrinsics)),
  seconds REAL NOT NULL CHECK (seconds >= 0)
) STRICT;
`;
