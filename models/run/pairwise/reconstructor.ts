// The Reconstructor of pairwise packs: a new photo meets a few earlier ones two by two, is placed beside them, and in the end all pairs are aligned.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { identitySim3 } from '../../../projects/format/sim3.ts';
import type { InstalledPack } from '../packs.ts';
import type {
  BeginOptions,
  PhotoSource,
  Reconstructor,
  SceneState,
  SettleOutput,
  StepOptions,
  StepOutput,
} from '../reconstructor.ts';
import { meanConfidence } from '../recurrent/answers.ts';
import { FeatureCache } from '../recurrent/feature-cache.ts';
import { focalByWeiszfeld } from '../recurrent/focal.ts';
import { photoIntrinsics, planPicture, readPicture, type Picture } from '../recurrent/preprocess.ts';
import { descriptorOf } from '../recurrent/submaps.ts';
import type { SessionOptions } from '../session.ts';
import { meetItself, meetPartners } from './meeting.ts';
import { disagreementOf, samplesOfView, shownMap } from './own-map.ts';
import { PairNetwork, type PairPredictor, type PairView } from './pair-network.ts';
import { choosePartners } from './partners.ts';
import { registerPhoto } from './register.ts';
import { emptyMemory, restoreState, saveState, type MetPhoto, type PairMemory } from './saved-state.ts';
import { placementOf, settlePiece } from './settle.ts';

/** The pack's id and the numbers that pictures are made with. */
export interface PairSettings {
  id: string;
  name: string;
  sizePx: number;
  patchPx: number;
}

export class PairwiseReconstructor implements Reconstructor {
  readonly provider: string;
  private readonly network: PairPredictor;
  private readonly pack: PairSettings;
  private sizePx: number;
  private cache: FeatureCache | null = null;
  private memory: PairMemory = emptyMemory;
  private readonly sources = new Map<PhotoId, PhotoSource>();

  constructor(network: PairPredictor, pack: PairSettings) {
    this.network = network;
    this.pack = pack;
    this.sizePx = pack.sizePx;
    this.provider = `${pack.name} · ${network.provider}`;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(
    { folder, manifest, ...rest }: InstalledPack,
    options: SessionOptions = {},
  ): Promise<PairwiseReconstructor> {
    const { id, name, config } = manifest;
    const network = await PairNetwork.open({ folder, manifest, ...rest }, options);
    return new PairwiseReconstructor(network, {
      id,
      name,
      sizePx: Number(config.sizePx),
      patchPx: Number(config.patchPx),
    });
  }

  async begin({ settings, photos, cacheFolder, saved }: BeginOptions): Promise<number> {
    this.sizePx = settings.sizePx ?? this.pack.sizePx;
    this.cache = new FeatureCache(cacheFolder, this.pack.id);
    this.sources.clear();
    for (const photo of photos) this.sources.set(photo.id, photo);
    this.memory = saved ? restoreState(saved, this.pack.id) : emptyMemory;
    return this.memory.stepIdx;
  }

  async step(photo: PhotoSource, { update, reset }: StepOptions): Promise<StepOutput> {
    const spentBefore = this.network.spentMs;
    this.sources.set(photo.id, photo);
    const picture = await this.picture(photo);
    const features = await this.features(photo, picture);
    // The newest belief about a photo replaces the older one, whose points stay as an anchor.
    const photos = this.memory.photos.map((met) => (met.photoId === photo.id ? { ...met, photoId: null } : met));
    const memory: PairMemory = { ...this.memory, photos, stepIdx: this.memory.stepIdx + 1 };
    const output: StepOutput = { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0 };
    const after = await this.place(photo, picture, features, memory, output);
    const modelMs = this.network.spentMs - spentBefore;
    if (!update) return { ...output, ...onlyOf(photo.id, output), modelMs };
    this.memory = reset ? { ...after, submapStart: after.photos.length } : after;
    return { ...output, modelMs };
  }

  async settle(): Promise<SettleOutput> {
    const { memory, output } = settlePiece(this.memory);
    this.memory = memory;
    return output;
  }

  /** Pairs say nothing of places that no photo shows. */
  peek(): Promise<null> {
    return Promise.resolve(null);
  }

  save(): Promise<SceneState> {
    return Promise.resolve(saveState(this.memory, this.pack.id));
  }

  async dispose(): Promise<void> {
    await this.network.dispose();
  }

  /** Fills the output and returns the memory with the new photo; without it when it cannot be placed. */
  private async place(
    photo: PhotoSource,
    picture: Picture,
    features: NamedTensor,
    memory: PairMemory,
    output: StepOutput,
  ): Promise<PairMemory> {
    const idx = memory.photos.length;
    const descriptor = descriptorOf(features);
    const isFirst = idx === memory.submapStart;
    const chosen = isFirst ? [] : choosePartners(descriptor, partnersIn(memory));
    const partners = await this.readable(memory.photos, chosen);
    if (chosen.length > 0 && partners.length === 0) {
      output.waiting.push(photo.id);
      output.notices.push(`${photo.name} could not be placed: the photos beside it cannot be read any more.`);
      return memory;
    }
    const { view, second, floating, edges, partner } =
      partners.length === 0
        ? await meetItself(this.network, features)
        : await meetPartners(this.network, idx, features, partners);
    const samples = samplesOfView(view);
    let photos = [...memory.photos];
    // The first photo had only itself to be compared with; its pair with the second knows better, and nothing hangs on it yet.
    const first = idx === memory.submapStart + 1 ? photos[memory.submapStart] : null;
    const source = first && first.photoId !== null ? this.sources.get(first.photoId) : null;
    if (first && source && partner)
      photos[memory.submapStart] = remember(
        source,
        partner[0],
        first,
        await this.picture(source),
        { errors: disagreementOf(...partner), floating: null },
        output,
      );
    const worldFromCamera = partners.length === 0 ? identitySim3 : registerPhoto(samples, idx, edges, photos);
    if (!worldFromCamera) {
      // Nothing is remembered of this photo, so nothing may be told of its partner either.
      output.placed = [];
      output.pointMaps = [];
      output.waiting.push(photo.id);
      output.notices.push(`${photo.name} could not be placed: no pair with it has usable points.`);
      return memory;
    }
    const last = memory.photos.at(-1)?.submapIdx ?? -1;
    const submapIdx = isFirst ? last + 1 : last;
    const begun = { photoId: photo.id, submapIdx, worldFromCamera, descriptor };
    const doubts = { errors: disagreementOf(view, second), floating };
    photos = [...photos, remember(photo, view, begun, picture, doubts, output)];
    return { ...memory, photos, edges: [...memory.edges, ...edges], settling: emptyMemory.settling };
  }

  /** As the official loader: its small networks see squares, the others keep the shape of the photo (model-facts 1.7). */
  private get style(): 'long' | 'square' {
    return this.pack.sizePx === 224 ? 'square' : 'long';
  }

  private picture(photo: PhotoSource): Promise<Picture> {
    return readPicture(photo, this.style, this.sizePx, this.pack.patchPx);
  }

  /** @param picture read anew when it is needed and not given */
  private features(photo: PhotoSource, picture: Picture | null): Promise<NamedTensor> {
    if (!this.cache) throw new Error('The run has not begun.');
    const plan = picture ?? planPicture(photo, this.style, this.sizePx, this.pack.patchPx);
    const key = `${photo.sha256.slice(0, 32) || photo.id}-${plan?.widthPx}x${plan?.heightPx}`;
    return this.cache.get(key, async () => {
      const { planes, widthPx, heightPx } = picture ?? (await this.picture(photo));
      return this.network.encode(planes, widthPx, heightPx);
    });
  }

  /** Features of partners; without those whose features are gone and whose file cannot be read: that is no fault of the new photo. */
  private async readable(
    photos: readonly MetPhoto[],
    chosen: readonly number[],
  ): Promise<{ idx: number; features: NamedTensor }[]> {
    const found: { idx: number; features: NamedTensor }[] = [];
    for (const idx of chosen) {
      const { photoId } = photos[idx];
      const source = photoId === null ? undefined : this.sources.get(photoId);
      if (!source) continue;
      try {
        found.push({ idx, features: await this.features(source, null) });
      } catch (thrown) {
        if (!(thrown instanceof StudioFailure)) throw thrown;
      }
    }
    return found;
  }
}

/** Photos of the present submap that can be met. */
const partnersIn = ({ photos, submapStart }: PairMemory): { idx: number; descriptor: Float32Array }[] =>
  photos.flatMap(({ photoId, descriptor }, idx) =>
    photoId !== null && idx >= submapStart ? [{ idx, descriptor }] : [],
  );

/** The photo as it is kept; its placement and point map go to the output. */
function remember(
  photo: PhotoSource,
  view: PairView,
  {
    photoId,
    submapIdx,
    worldFromCamera,
    descriptor,
  }: Pick<MetPhoto, 'photoId' | 'submapIdx' | 'worldFromCamera' | 'descriptor'>,
  picture: Picture,
  { errors, floating }: { errors: Float32Array | null; floating: Uint8Array | null },
  output: StepOutput,
): MetPhoto {
  const map = shownMap(view, photo.id, picture.colors, errors);
  floating?.forEach((floats, i) => {
    if (floats === 1) map.confidences[i] = 0;
  });
  const focalPx = focalByWeiszfeld(view.points, view.widthPx, view.heightPx);
  const met: MetPhoto = {
    photoId,
    submapIdx,
    worldFromCamera,
    descriptor,
    intrinsics: photoIntrinsics(photo, picture, focalPx),
    confidence: meanConfidence(map.confidences),
    samples: samplesOfView(view),
  };
  output.placed.push(...placementOf(met));
  output.pointMaps.push(map);
  return met;
}

/** What was said of other photos counts only when it is remembered. */
const onlyOf = (id: PhotoId, { placed, pointMaps }: StepOutput): Pick<StepOutput, 'placed' | 'pointMaps'> => ({
  placed: placed.filter(({ photoId }) => photoId === id),
  pointMaps: pointMaps.filter(({ photoId }) => photoId === id),
});
