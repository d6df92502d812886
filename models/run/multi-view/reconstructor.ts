// The Reconstructor of multi-view packs: a new photo is looked at together with a few known ones, and the window is laid on what is known of them.
//
// As long as all photos fit into one window, every new one renews all: what is shown of a few photos is the network's own answer, all at once. After that
// the window moves, and its size bounds what a photo costs. Closing work aligns all windows.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { NamedTensor } from '../../../projects/format/safetensors.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { compose, identitySim3, inverse, type Sim3 } from '../../../projects/format/sim3.ts';
import type { InstalledPack } from '../packs.ts';
import { disagreementOf, samplesOfView, shownMap } from '../pairwise/own-map.ts';
import type { MetPhoto } from '../pairwise/saved-state.ts';
import { placementOf, settlePiece } from '../pairwise/settle.ts';
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
import { photoIntrinsics } from '../recurrent/preprocess.ts';
import { descriptorOf } from '../recurrent/submaps.ts';
import type { SessionOptions } from '../session.ts';
import { canvasFor, planFrame, readFramed, withoutFrame, type FramePlan, type FramedPicture } from './canvas.ts';
import { chooseReferences } from './references.ts';
import { emptyViews, restoreState, saveState, type ViewMemory } from './saved-state.ts';
import { ViewNetwork, type SeenView, type ViewPredictor } from './view-network.ts';
import { windowEdges, worldFromWindow } from './window.ts';

/** The pack's id and the numbers that windows are made with. */
export interface ViewSettings {
  id: string;
  name: string;
  sizePx: number;
  patchPx: number;
  /** Photos of one window, the new one among them. */
  views: number;
}

/** A photo of the window: what is known of it (null: the new one), and what the network is given. */
interface Member {
  place: number;
  known: MetPhoto | null;
  source: PhotoSource;
  plan: FramePlan;
  /** null: nothing of it will be shown. */
  picture: FramedPicture | null;
  features: NamedTensor;
}

export class MultiViewReconstructor implements Reconstructor {
  readonly provider: string;
  private readonly network: ViewPredictor;
  private readonly pack: ViewSettings;
  private sizePx: number;
  private cache: FeatureCache | null = null;
  private memory: ViewMemory = emptyViews;
  private readonly sources = new Map<PhotoId, PhotoSource>();

  constructor(network: ViewPredictor, pack: ViewSettings) {
    this.network = network;
    this.pack = pack;
    this.sizePx = pack.sizePx;
    this.provider = `${pack.name} · ${network.provider}`;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<MultiViewReconstructor> {
    const { id, name, config } = pack.manifest;
    const numbers = { sizePx: Number(config.sizePx), patchPx: Number(config.patchPx), views: Number(config.views) };
    return new MultiViewReconstructor(await ViewNetwork.open(pack, options), { id, name, ...numbers });
  }

  async begin({ settings, photos, cacheFolder, saved }: BeginOptions): Promise<number> {
    this.sizePx = Math.max(this.pack.patchPx, settings.sizePx ?? this.pack.sizePx);
    this.cache = new FeatureCache(cacheFolder, this.pack.id);
    this.sources.clear();
    for (const photo of photos) this.sources.set(photo.id, photo);
    this.memory = saved ? restoreState(saved, this.pack.id) : emptyViews;
    return this.memory.stepIdx;
  }

  async step(photo: PhotoSource, { update, reset }: StepOptions): Promise<StepOutput> {
    const spentBefore = this.network.spentMs;
    this.sources.set(photo.id, photo);
    const before = this.memory.photos.findIndex(({ photoId }) => photoId === photo.id);
    // The newest belief about a photo replaces the older one, whose points stay as an anchor.
    const photos = this.memory.photos.map((met, idx) => (idx === before ? { ...met, photoId: null } : met));
    const canvas = this.memory.canvas ?? canvasFor([...this.sources.values()], this.sizePx, this.pack.patchPx);
    const memory = { ...this.memory, photos, canvas, stepIdx: this.memory.stepIdx + 1 };
    const output: StepOutput = { placed: [], waiting: [], pointMaps: [], notices: [], modelMs: 0 };
    const after = await this.place(photo, before < 0 ? photos.length : before, memory, update, output);
    if (update) this.memory = reset ? { ...after, submapStart: after.photos.length } : after;
    return { ...output, modelMs: this.network.spentMs - spentBefore };
  }

  settle(): Promise<SettleOutput> {
    const { memory, output } = settlePiece(this.memory);
    this.memory = memory;
    return Promise.resolve(output);
  }

  /** Windows say nothing of places that no photo shows. */
  peek(): Promise<null> {
    return Promise.resolve(null);
  }

  save(): Promise<SceneState> {
    return Promise.resolve(saveState(this.memory, this.pack.id));
  }

  async dispose(): Promise<void> {
    await this.network.dispose();
  }

  /**
   * Fills the output and returns the memory with the new photo; without it when it cannot be placed.
   * @param at place on the way
   * @param mayRenew false: nothing but the photo itself is spoken of
   */
  private async place(
    photo: PhotoSource,
    at: number,
    memory: ViewMemory,
    mayRenew: boolean,
    output: StepOutput,
  ): Promise<ViewMemory> {
    const plan = this.plan(photo, memory);
    const picture = await readFramed(photo, plan);
    const features = await this.features(photo, plan, picture);
    const descriptor = descriptorOf(features);
    const candidates = memory.photos.flatMap((met, idx) =>
      met.photoId !== null && idx >= memory.submapStart ? [{ idx, descriptor: met.descriptor }] : [],
    );
    const chosen = chooseReferences(descriptor, at, candidates, this.pack.views - 1);
    const fits = chosen.length === candidates.length;
    const references = await this.readable(memory, chosen, fits && mayRenew);
    const wait = (reason: string): ViewMemory => {
      output.waiting.push(photo.id);
      output.notices.push(`${photo.name} could not be placed: ${reason}`);
      return memory;
    };
    if (chosen.length > 0 && references.length === 0) return wait('the photos beside it cannot be read any more.');
    const renews = references.length === candidates.length && (mayRenew || references.length === 0);
    const place = renews ? at : memory.photos.length;
    const own: Member = { place, known: null, source: photo, plan, picture, features };
    const members = [...references, own];
    const views = await this.look(members, renews);
    const submapIdx = submapOf(memory);
    if (renews) return this.renew(members, views, memory, submapIdx, output) ?? wait('it has no usable points.');
    const known = references.map((member) => member.known);
    const window = worldFromWindow(views, [...known, null]);
    const view = views[views.length - 1];
    if (!window) return wait('no photo of its window has usable points.');
    const edges = windowEdges(
      views,
      members.map((member) => member.place),
      members.length - 1,
    );
    const met = { photoId: photo.id, submapIdx, worldFromCamera: compose(window, view.windowFromCamera), descriptor };
    const photos = [...memory.photos, remembered(own, view, met, output)];
    return { ...memory, photos, edges: [...memory.edges, ...edges], settling: emptyViews.settling };
  }

  /** All photos of the submap as this window sees them; the first of them is where the world begins. null: nothing can be used. */
  private renew(
    members: readonly Member[],
    views: readonly SeenView[],
    memory: ViewMemory,
    submapIdx: number,
    output: StepOutput,
  ): ViewMemory | null {
    // Nearest first in the window, in order of their places in the memory.
    const order = members.map((_, i) => i).sort((a, b) => members[a].place - members[b].place);
    if (order.some((i) => !samplesOfView(views[i]).some((value, k) => k % 4 === 3 && value > 0))) return null;
    const world = inverse(views[order[0]].windowFromCamera);
    const start = memory.submapStart;
    const photos = memory.photos.slice(0, start);
    for (const i of order) {
      const { source, features } = members[i];
      const worldFromCamera: Sim3 = i === order[0] ? identitySim3 : compose(world, views[i].windowFromCamera);
      const met = { photoId: source.id, submapIdx, worldFromCamera, descriptor: descriptorOf(features) };
      photos.push(remembered(members[i], views[i], met, output));
    }
    const places = members.map((_, i) => start + order.indexOf(i));
    const edges = memory.edges.filter(({ firstIdx, secondIdx }) => Math.max(firstIdx, secondIdx) < start);
    edges.push(...windowEdges(views, places, order[0]));
    return { ...memory, photos, edges, settling: emptyViews.settling };
  }

  /** @param all true: a second prediction of every photo; false: of the last one */
  private async look(members: readonly Member[], all: boolean): Promise<SeenView[]> {
    const doubted = new Set(members.map((_, i) => i).filter((i) => all || i === members.length - 1));
    const seen = await this.network.predict(
      members.map(({ features }) => features),
      doubted,
    );
    return seen.map((view, i) => withoutFrame(view, members[i].plan));
  }

  private plan(photo: PhotoSource, { canvas }: ViewMemory): FramePlan {
    const { patchPx } = this.pack;
    return planFrame(photo, canvas ?? canvasFor([photo], this.sizePx, patchPx), this.sizePx, patchPx);
  }

  /** @param picture read anew when it is needed and not given */
  private features(photo: PhotoSource, plan: FramePlan, picture: FramedPicture | null): Promise<NamedTensor> {
    if (!this.cache) throw new Error('The run has not begun.');
    const { widthPx, heightPx, frame } = plan;
    const content = photo.sha256.slice(0, 32) || photo.id;
    const key = `${content}-${widthPx}x${heightPx}-in-${frame.widthPx}x${frame.heightPx}`;
    return this.cache.get(key, async () => {
      const { planes } = picture ?? (await readFramed(photo, plan));
      return this.network.encode(planes, frame.widthPx, frame.heightPx);
    });
  }

  /**
   * Without photos whose file cannot be read any more: that is no fault of the new photo.
   * @param shown whether they will be shown anew, for which their colours are needed
   */
  private async readable(memory: ViewMemory, chosen: readonly number[], shown: boolean): Promise<Member[]> {
    const found: Member[] = [];
    for (const place of chosen) {
      const known = memory.photos[place];
      const source = known.photoId === null ? undefined : this.sources.get(known.photoId);
      if (!source) continue;
      try {
        const plan = this.plan(source, memory);
        const picture = shown ? await readFramed(source, plan) : null;
        found.push({ place, known, source, plan, picture, features: await this.features(source, plan, picture) });
      } catch (thrown) {
        if (!(thrown instanceof StudioFailure)) throw thrown;
      }
    }
    return found;
  }
}

/** Of a photo that comes next. */
function submapOf({ photos, submapStart }: ViewMemory): number {
  const last = photos.at(-1)?.submapIdx ?? -1;
  return photos.length === submapStart ? last + 1 : last;
}

/** The photo as it is kept; its placement and point map go to the output. */
function remembered(
  { source, plan, picture }: Member,
  view: SeenView,
  met: Pick<MetPhoto, 'photoId' | 'submapIdx' | 'worldFromCamera' | 'descriptor'>,
  output: StepOutput,
): MetPhoto {
  const { widthPx, heightPx, points, second } = view;
  if (!picture) throw new TypeError('A photo that is shown has been read.');
  const map = shownMap(view, source.id, picture.colors, second && disagreementOf(view, second));
  const focal = focalByWeiszfeld(points, widthPx, heightPx);
  const [fxPx, fyPx] = view.focalPx ?? [focal, focal];
  const intrinsics = photoIntrinsics(source, plan, fxPx);
  const kept: MetPhoto = {
    ...met,
    intrinsics: { ...intrinsics, fyPx: (fyPx * source.heightPx) / heightPx },
    confidence: meanConfidence(map.confidences),
    samples: samplesOfView(view),
  };
  output.placed.push(...placementOf(kept));
  output.pointMaps.push(map);
  return kept;
}
