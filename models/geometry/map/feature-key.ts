// A feature of an image as one number.

/** Below 2³²: up to 65,536 images. */
export type FeatureKey = number;

const featuresPerImage = 65536;

export const featureKey = (imageIdx: number, featureIdx: number): FeatureKey =>
  imageIdx * featuresPerImage + featureIdx;
export const imageOfKey = (key: FeatureKey): number => Math.floor(key / featuresPerImage);
export const featureOfKey = (key: FeatureKey): number => key % featuresPerImage;
