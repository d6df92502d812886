// What a pack's photo encoder says of a photo, whatever the kind of the pack: a grid of feature vectors and where on the photo it lies.

import { LanguageEncoder } from '../language/encoder.ts';
import { canvasFor, planFrame, readFramed } from './multi-view/canvas.ts';
import { openGraph } from './pack-sessions.ts';
import type { InstalledPack } from './packs.ts';
import { readPicture, type PictureSource } from './recurrent/preprocess.ts';
import { floats, type SessionOptions } from './session.ts';

/** Feature vectors on a grid over a part of a photo. */
export interface FeatureGrid {
  rows: number;
  cols: number;
  dim: number;
  /** rows × cols × dim */
  vectors: Float32Array;
  /** The part of the photo that the grid covers, in shares of its sides. */
  place: { left: number; top: number; width: number; height: number };
}

export interface PhotoEncoder {
  /** @throws StudioFailure 'photo-unreadable', 'photo-missing' */
  featuresOf(photo: PictureSource): Promise<FeatureGrid>;
  dispose(): Promise<void>;
}

const wholePhoto: FeatureGrid['place'] = { left: 0, top: 0, width: 1, height: 1 };

/** Only the encoder is loaded. @throws StudioFailure 'model-damaged' */
export async function openPhotoEncoder(pack: InstalledPack, options: SessionOptions = {}): Promise<PhotoEncoder> {
  const { kind, config } = pack.manifest;
  if (kind === 'language') return openLanguage(pack, options);
  const encoder = await openGraph(pack, 'encoder', options);
  const [sizePx, patchPx] = [Number(config.sizePx), Number(config.patchPx)];
  // As the runners of the kinds cut their photos.
  const isSquare = kind === 'recurrent' ? config.head !== 'dpt' : sizePx === 224;
  const encode = async (
    planes: Float32Array,
    widthPx: number,
    heightPx: number,
  ): Promise<Omit<FeatureGrid, 'place'>> => {
    const { features } = await encoder.run({ image: floats(planes, 1, 3, heightPx, widthPx) });
    const [rows, cols, dim] = features.shape;
    return { rows, cols, dim, vectors: features.data as Float32Array };
  };
  return {
    async featuresOf(photo) {
      if (kind === 'multi-view') {
        const plan = planFrame(photo, canvasFor([photo], sizePx, patchPx), sizePx, patchPx);
        const { planes, widthPx, heightPx } = await readFramed(photo, plan);
        return { ...(await encode(planes, widthPx, heightPx)), place: wholePhoto };
      }
      const picture = await readPicture(photo, isSquare ? 'square' : 'long', sizePx, patchPx);
      const { resizedWidthPx, resizedHeightPx, leftPx, topPx, widthPx, heightPx } = picture;
      const place = {
        left: leftPx / resizedWidthPx,
        top: topPx / resizedHeightPx,
        width: widthPx / resizedWidthPx,
        height: heightPx / resizedHeightPx,
      };
      return { ...(await encode(picture.planes, widthPx, heightPx)), place };
    },
    dispose: () => encoder.dispose(),
  };
}

async function openLanguage(pack: InstalledPack, options: SessionOptions): Promise<PhotoEncoder> {
  const encoder = await LanguageEncoder.open(pack, options);
  return {
    async featuresOf(photo) {
      const { widthPx, heightPx } = canvasFor([photo], encoder.sizePx, encoder.patchPx);
      const image = await photo.read({ widthPx, heightPx, fit: 'fill', enlarge: true });
      return { ...(await encoder.patchFeatures(image)), place: wholePhoto };
    },
    dispose: () => encoder.dispose(),
  };
}
