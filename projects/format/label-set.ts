// A label set: words that share the scene among themselves, each with its colour; what fits none of them well enough is rejected.

export interface SceneLabel {
  word: string;
  /** `#rrggbb` */
  color: string;
}

export interface LabelSet {
  id: string;
  name: string;
  labels: readonly SceneLabel[];
  /** 0…1: a splat whose best word scores lower is none of them. */
  reject: number;
}

/** All sets of a project, and the one that is shown. */
export interface LabelSets {
  sets: readonly LabelSet[];
  chosenId: string;
}

/** Colours that tell things apart, on dark and on light ground. */
export const distinctColors = [
  '#e5573f',
  '#f2a33a',
  '#4fb3a5',
  '#6f8ee8',
  '#c978c8',
  '#9fc24d',
  '#e887a0',
  '#56b6e0',
  '#d8b45a',
  '#8f7fd6',
] as const;

const usualId = 'surfaces';

/** What a project begins with. */
export const usualLabelSets: LabelSets = {
  chosenId: usualId,
  sets: [
    {
      id: usualId,
      name: 'Surfaces',
      labels: ['floor', 'wall', 'tabletop', 'ceiling'].map((word, i) => ({ word, color: distinctColors[i] })),
      reject: 0.35,
    },
  ],
};

/** The set that is shown; the first one where the chosen one has gone. */
export const chosenSet = ({ sets, chosenId }: LabelSets): LabelSet =>
  sets.find(({ id }) => id === chosenId) ?? sets[0] ?? usualLabelSets.sets[0];
