// Version 4: label sets of the project, and why a photo could not be used.

export const sql = `
CREATE TABLE labelSets (
  id TEXT PRIMARY KEY,
  idx INTEGER NOT NULL,
  name TEXT NOT NULL,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  reject REAL NOT NULL CHECK (reject BETWEEN 0 AND 1)
) STRICT;
ALTER TABLE frames ADD COLUMN reason TEXT;
`;
