// Version 6: points of frames before and after each refinement.

export const sql = `
CREATE TABLE refinedPoints (
  refinementId TEXT NOT NULL REFERENCES refinements (id) ON DELETE CASCADE,
  frameId TEXT NOT NULL REFERENCES frames (id) ON DELETE CASCADE,
  pointsBefore TEXT NOT NULL CHECK (json_valid(pointsBefore)),
  pointsAfter TEXT NOT NULL CHECK (json_valid(pointsAfter)),
  PRIMARY KEY (refinementId, frameId)
) STRICT, WITHOUT ROWID;
`;
