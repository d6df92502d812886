// What a kind of network does, in the words of the models page.

const sentences: Readonly<Record<string, string>> = {
  geometry: 'reconstructs by geometry',
  recurrent: 'reconstructs photo by photo',
  pairwise: 'reconstructs from pairs of photos',
  'multi-view': 'reconstructs from several photos at once',
  language: 'understands words',
};

export const whatItDoes = (kind: string): string => sentences[kind] ?? kind;
