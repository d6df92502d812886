// Version 8: size and time of each photo's file, and whether it holds another picture than the one that was imported.

export const sql = `
CREATE TABLE photoFiles (
  photoId TEXT PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
  bytes INTEGER NOT NULL,
  modifiedAtMs REAL NOT NULL,
  replaced TEXT CHECK (replaced IN ('open', 'decided'))
) STRICT, WITHOUT ROWID;
`;
