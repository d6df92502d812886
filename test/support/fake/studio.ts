// A stand-in for the host inside a page: the same commands and events over a made-up room, for screenshots and interface tests.
// Bulk bytes come from `server.ts` beside it, so that the page's main thread does only what it does with the real host.

import type { CommandName, ProjectSnapshot, RunProgress } from '../../../electron/contract/commands.ts';
import type { StudioApi } from '../../../electron/contract/studio-api.ts';
import type { EditRecord } from '../../../projects/format/edits.ts';
import type { Frame, GaussianChunk, Photo, PointChunk, ProjectInfo, Run } from '../../../projects/format/scene.ts';
import { usualLabelSets } from '../../../projects/format/label-set.ts';
import { fail, ok } from '../../../projects/format/result.ts';
import { roomCamera } from './room.ts';
import { plainSettings } from '../plain-settings.ts';

export interface FakeOptions {
  photos: number;
  gridWidthPx: number;
  gridHeightPx: number;
  /** Time between two photos of a run; 0 places all at once. */
  msPerPhoto: number;
  /** How many photos the project holds as already met. */
  met: number;
  open: boolean;
  recents: number;
  /** So many different clouds are made; further frames show them again elsewhere. */
  distinct: number;
  /** Frames have splats too, one a point. */
  splats: boolean;
}

export const fakeDefaults: FakeOptions = {
  photos: 24,
  gridWidthPx: 220,
  gridHeightPx: 165,
  msPerPhoto: 300,
  met: 19,
  open: true,
  recents: 5,
  distinct: 1000,
  splats: false,
};

export interface FakeStudio extends StudioApi {
  emit(event: string, payload: unknown): void;
  /** Gives the frames from one index to before another, as a run would. */
  place(from: number, to: number): void;
}

export function createFakeStudio(options: FakeOptions): FakeStudio {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const emit = (event: string, payload: unknown): void =>
    listeners.get(event)?.forEach((listener) => listener(payload as never));
  const photos: Photo[] = Array.from({ length: options.photos }, (_, idx) => photoOf(idx));
  const runRow: Run = {
    id: 'run1',
    modelId: 'geometry',
    settings: { ...plainSettings, refine: true },
    status: 'paused',
    createdAtMs: 1,
    message: null,
  };
  let run: Run | null = options.met > 0 ? runRow : null;
  let met = options.met;
  let edits: EditRecord[] = [];
  let isOpen = options.open;
  let theme: 'dark' | 'light' | 'system' = 'dark';
  let timer: ReturnType<typeof setInterval> | null = null;

  const frameOf = (idx: number): Frame => ({
    id: `frame${idx}`,
    runId: 'run1',
    photoId: `photo${idx}`,
    stepIdx: idx,
    status: 'placed',
    submapIdx: 0,
    ...roomCamera(idx, options.photos),
    confidence: 0.9,
    reason: null,
  });
  const bytesOf = (what: 'chunk' | 'splats', idx: number): string =>
    `${what}${idx % options.distinct}-${options.photos}-${options.gridWidthPx}-${options.gridHeightPx}-${idx}`;
  const splatsOf = (idx: number): GaussianChunk => ({
    id: bytesOf('splats', idx),
    frameId: `frame${idx}`,
    sourceChunkId: bytesOf('chunk', idx),
    count: options.gridWidthPx * options.gridHeightPx,
    fileId: bytesOf('splats', idx),
  });
  const chunkOf = (idx: number): PointChunk => ({
    id: bytesOf('chunk', idx),
    frameId: `frame${idx}`,
    count: options.gridWidthPx * options.gridHeightPx,
    bounds: { min: [-3, -3, 0.5], max: [3, 3, 6] },
    kind: 'final',
  });
  const upTo = <T>(make: (idx: number) => T, to: number): T[] => Array.from({ length: to }, (_, idx) => make(idx));
  const progress = (): RunProgress | null =>
    run === null
      ? null
      : {
          runId: 'run1',
          modelId: 'geometry',
          provider: 'Geometry · CPU, 2 threads',
          status: run.status,
          stage: run.status === 'done' ? 'Done' : `Meeting photo ${Math.min(met + 1, options.photos)}`,
          done: met,
          total: options.photos,
          fraction: met / options.photos,
          msPerPhoto: 1400,
          msLeft: (options.photos - met) * 1400,
          rssMb: 412,
          used: { elapsedMs: met * 1400, modelMs: met * 1300, firstPointsMs: 900, peakRssMb: 430 },
          points: met * options.gridWidthPx * options.gridHeightPx,
        };
  const projectOf = (idx: number, name: string): ProjectInfo => ({
    id: `project${idx}`,
    name,
    folder: `/home/you/Permanence/${name}`,
    createdAtMs: Date.UTC(2026, 4, 3 + idx),
    openedAtMs: Date.UTC(2026, 4, 20 - idx * 3),
    photoCount: idx === 0 ? options.photos : 17 * idx + 8,
    bytesOnDisk: 31e6 * (idx + 1),
    coverPhotoId: `photo${(idx * 5) % options.photos}`,
    problem: idx === 4 ? 'The folder is not there any more; perhaps a drive is not connected.' : null,
  });
  const names = ['Kitchen, May', 'Studio corner', 'Garden wall', 'Old workshop', 'Attic stairs', 'Balcony'];
  const snapshot = (): ProjectSnapshot => ({
    gaussians: options.splats ? upTo(splatsOf, met) : [],
    beliefs: [],
    refinements: [],
    polishes: [],
    polish: null,
    questions: [],
    cameras: [],
    labels: usualLabelSets,
    project: projectOf(0, names[0]),
    photos,
    runs: run ? [run] : [],
    shownRunId: run?.id ?? null,
    frames: upTo(frameOf, met),
    chunks: upTo(chunkOf, met),
    states: upTo((idx) => ({ runId: 'run1', stepIdx: (idx + 1) * 6, createdAtMs: idx }), Math.floor(met / 6)),
    edits,
    import: null,
    watchedFolder: null,
    replacedPhotos: [],
    isReadOnly: false,
    run: progress(),
  });
  const place = (from: number, to: number): void => {
    const range = Array.from({ length: to - from }, (_, k) => from + k);
    met = to;
    emit('frames.changed', { frames: range.map(frameOf) });
    emit('chunks.added', { chunks: range.map(chunkOf), replaced: [] });
    emit('run.progress', progress());
  };
  const setStatus = (status: Run['status']): void => {
    if (!run) return;
    run = { ...run, status };
    emit('run.changed', { run });
    emit('run.progress', progress());
  };
  const runOn = (): void => {
    run ??= runRow;
    setStatus('running');
    timer = setInterval(() => {
      if (met < options.photos) return place(met, met + 1);
      stop();
      setStatus('done');
    }, options.msPerPhoto);
  };
  const stop = (): void => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  const setUndone = (record: EditRecord | undefined, undone: boolean): EditRecord | null => {
    if (!record) return null;
    edits = edits.map((edit) => (edit === record ? { ...record, undone } : edit));
    emit('edits.changed', { edits });
    return record;
  };
  const answers: Partial<Record<CommandName, (input: never) => unknown>> = {
    'app.info': () => ({
      version: '0.1.0',
      host: 'web',
      threads: 2,
      memoryMb: 16000,
      platform: 'linux',
      projectsFolder: '/home/you/Permanence',
      readsVideos: true,
    }),
    'settings.get': () => ({ theme, reducedQuality: false }),
    'settings.set': (input: { theme?: typeof theme }) => ({
      theme: (theme = input.theme ?? theme),
      reducedQuality: false,
    }),
    'projects.recent': () => names.slice(0, options.recents).map((name, idx) => projectOf(idx, name)),
    'project.snapshot': () => (isOpen ? snapshot() : null),
    'projects.open': () => ((isOpen = true), snapshot()),
    'projects.create': () => ((isOpen = true), snapshot()),
    'projects.openSample': () => {
      isOpen = true;
      setTimeout(runOn, 50);
      return snapshot();
    },
    'projects.close': () => ((isOpen = false), emit('project.closed', null), null),
    'run.start': () => (runOn(), run),
    'run.resume': () => (runOn(), null),
    'run.pause': () => (stop(), setStatus('paused'), null),
    'run.cancel': () => (stop(), setStatus('cancelled'), null),
    'edits.append': (edit: EditRecord['edit']) => {
      const record = { id: `edit${edits.length}`, seq: edits.length, createdAtMs: 0, undone: false, edit };
      edits = [...edits, record];
      emit('edits.changed', { edits });
      return record;
    },
    'edits.undo': () =>
      setUndone(
        edits.findLast(({ undone }) => !undone),
        true,
      ),
    'edits.redo': () =>
      setUndone(
        edits.find(({ undone }) => undone),
        false,
      ),
    'models.list': () => [
      {
        id: 'geometry',
        name: 'Geometry',
        kind: 'geometry',
        licence: { id: 'MIT', name: 'MIT licence', url: null },
        parameters: 0,
        bytesOnDisk: 0,
        memoryMb: 300,
        provider: 'CPU, 2 threads',
        builtIn: true,
        isDefault: true,
      },
      {
        id: 'cut3r-512',
        name: 'CUT3R 512',
        kind: 'recurrent',
        licence: { id: 'CC-BY-NC-SA-4.0', name: 'CC BY-NC-SA 4.0', url: null },
        parameters: 793_000_000,
        bytesOnDisk: 3.17e9,
        memoryMb: 5200,
        provider: 'CPU, 2 threads',
        builtIn: false,
        isDefault: false,
      },
    ],
    'export.write': () => ({ path: '/home/you/scene.ply', bytes: 12_400_000, belief: null, notices: [] }),
  };
  return {
    emit,
    place,
    async invoke(command, input) {
      const answer = answers[command];
      return answer ? ok(answer(input as never) as never) : fail('busy');
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener as never));
      return () => set.delete(listener as never);
    },
    url: (what, id) =>
      new URL(`/fake/${what}/${what === 'chunk' ? id : `${id}-${options.photos}`}`, location.href).href,
    pathOf: () => null,
    upload: async () => ok({ uploadId: 'upload1' }),
  };
}

function photoOf(idx: number): Photo {
  return {
    id: `photo${idx}`,
    path: `/photos/IMG_${4100 + idx}.jpg`,
    name: `IMG_${4100 + idx}.jpg`,
    sha256: String(idx),
    widthPx: 1600,
    heightPx: 1200,
    takenAtMs: Date.UTC(2026, 4, 3, 14, 2, idx * 4),
    focalPx: 1250,
    camera: 'Fujifilm X-T4',
    gps: null,
    orderIdx: idx,
    prior: null,
  };
}
