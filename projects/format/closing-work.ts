// What a method does after the last photo, as it tells whoever waits.

export interface ClosingWork {
  /** As a person reads it: `Depth of photo 3 of 22`. */
  stage: string;
  /** Equal pieces done, and all of them; 0 of 0 where they are not known beforehand. */
  done: number;
  total: number;
}

/** Share 0…1 of the stage that is done; null where it is not known. */
export const shareDone = ({ done, total }: ClosingWork): number | null => (total > 0 ? done / total : null);
