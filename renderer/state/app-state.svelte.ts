// Everything the interface knows, in one object made once: fed only by answers and events of the host.

import type { StudioApi } from '../../electron/contract/studio-api.ts';
import type { ProjectSnapshot } from '../../electron/contract/commands.ts';
import { usualLabelSets } from '../../projects/format/label-set.ts';
import type { FrameId, ProjectInfo } from '../../projects/format/scene.ts';
import { AnswersFollow } from './answers-follow.ts';
import { AskState } from './ask.svelte.ts';
import { BeliefsState } from './beliefs.svelte.ts';
import { EditsState } from './edits.svelte.ts';
import { FeatureProbeState } from './feature-probe.svelte.ts';
import { FolderChoice } from './folder-choice.svelte.ts';
import { FilmState } from './film.svelte.ts';
import { FramesState } from './frames.svelte.ts';
import { InferredState } from './inferred.svelte.ts';
import { LabelsState } from './labels.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { MeasureState } from './measure.svelte.ts';
import { ModelsState } from './models.svelte.ts';
import { NoticesState } from './notices.svelte.ts';
import { PathState } from './path.svelte.ts';
import { PhotosState } from './photos.svelte.ts';
import { PolishState } from './polish.svelte.ts';
import { RefinementsState } from './refinements.svelte.ts';
import { RunState } from './run.svelte.ts';
import { RunsState } from './runs.svelte.ts';
import { SelectionState } from './selection.svelte.ts';
import { ShellState } from './shell.svelte.ts';
import { SplatSelectionState } from './splat-selection.svelte.ts';
import { SplatsState } from './splats.svelte.ts';
import { createCalls, type StudioCalls } from './studio-calls.ts';
import { TrackState } from './track.svelte.ts';
import { TimelineState } from './timeline.svelte.ts';
import { ViewState, type ViewReadout } from './view.svelte.ts';
import type { ViewportPort } from './viewport-port.ts';
import { visibleFrames } from './visible-frames.ts';

export class AppState {
  readonly api: StudioApi;
  readonly calls: StudioCalls;
  readonly notices = new NoticesState();
  readonly shell = new ShellState();
  readonly view = new ViewState();
  readonly selection = new SelectionState();
  readonly run = new RunState();
  readonly frames = new FramesState();
  readonly beliefs = new BeliefsState();
  readonly splats = new SplatsState();
  readonly ask: AskState;
  readonly labels: LabelsState;
  readonly answers: AnswersFollow;
  readonly splatSelection: SplatSelectionState;
  readonly library: LibraryState;
  readonly models: ModelsState;
  readonly featureProbe: FeatureProbeState;
  readonly edits: EditsState;
  readonly photos: PhotosState;
  readonly timeline: TimelineState;
  readonly path: PathState;
  readonly folderChoice: FolderChoice;
  readonly film: FilmState;
  readonly runs: RunsState;
  readonly refinements: RefinementsState;
  readonly polish: PolishState;
  readonly measure: MeasureState;
  readonly track: TrackState;
  readonly inferred: InferredState;
  project = $state.raw<ProjectInfo | null>(null);
  /** Its folder cannot be written: the host refuses what would change it. */
  isReadOnly = $state(false);
  /** Set while a viewport is on the page. */
  viewport = $state.raw<ViewportPort | null>(null);
  readout = $state.raw<ViewReadout | null>(null);
  /** The first run of a freshly dropped set of photos starts by itself when they are in. */
  startWhenImported = false;

  constructor(api: StudioApi) {
    this.api = api;
    this.ask = new AskState(api, this.splats, (text, threshold) => this.measure.ask(text, threshold));
    this.calls = createCalls(api, (error, place) => this.notices.add({ level: 'error', place, ...error }));
    this.labels = new LabelsState(this.calls, this.splats, this.ask);
    this.edits = new EditsState(this.calls, this.run);
    this.splatSelection = new SplatSelectionState(this.calls, this.ask, this.labels, this.edits);
    this.path = new PathState(this.calls);
    this.folderChoice = new FolderChoice(api);
    this.film = new FilmState(this.calls, this.path);
    this.refinements = new RefinementsState(this.calls);
    this.polish = new PolishState(this.calls);
    this.track = new TrackState(this.calls);
    this.inferred = new InferredState(this.calls);
    this.library = new LibraryState(this.calls);
    this.models = new ModelsState(this.calls);
    this.featureProbe = new FeatureProbeState(this.calls, this.run, this.models);
    this.photos = new PhotosState(this.edits);
    this.measure = new MeasureState(this.calls, this.edits, this.photos, this.frames, this.run);
    this.answers = new AnswersFollow(this.ask, this.labels, this.measure);
    this.runs = new RunsState(this.calls, this.run);
    this.timeline = new TimelineState(this.photos, this.frames, this.view);
  }

  readonly visibleFrameIds: ReadonlySet<FrameId> = $derived.by(() =>
    visibleFrames({
      frames: this.frames.placed,
      placeOf: this.photos.placeOf,
      scene: this.edits.scene,
      filter: this.view.frameFilter,
      nowIdx: this.timeline.idx,
    }),
  );

  /** Photos that a run would meet and this run has not met yet. */
  readonly unmet: number = $derived.by(
    () => this.photos.ordered.filter(({ id }) => !this.photos.isExcluded(id) && !this.frames.byPhoto.has(id)).length,
  );

  /** The answer of geometry that is looked at in Ask or Measure is that of the question typed there. */
  readonly showsSpace: boolean = $derived.by(
    () =>
      this.shell.mode === 'measure' ||
      (this.shell.mode === 'ask' && this.ask.aboutSpace !== '' && this.ask.aboutSpace === this.measure.question),
  );

  show(snapshot: ProjectSnapshot): void {
    const another = this.project?.id !== snapshot.project.id;
    this.project = snapshot.project;
    this.isReadOnly = snapshot.isReadOnly;
    this.edits.records = snapshot.edits;
    this.photos.reset(snapshot.photos);
    this.photos.import = snapshot.import;
    this.photos.watchedFolder = snapshot.watchedFolder;
    this.photos.setReplaced(snapshot.replacedPhotos);
    const anotherRun = this.run.shown?.id !== snapshot.shownRunId;
    this.run.reset(snapshot);
    this.frames.reset(snapshot.frames, snapshot.chunks, snapshot.states);
    this.beliefs.reset(snapshot.beliefs);
    this.splats.reset(snapshot.gaussians);
    this.refinements.records = snapshot.refinements;
    this.polish.reset(snapshot.polishes, snapshot.polish);
    this.shell.page = 'workspace';
    if (anotherRun && !another) this.forgetRun();
    if (!another) return;
    this.selection.reset();
    this.measure.reset();
    this.track.clear();
    this.inferred.clear();
    this.timeline.reset();
    this.answers.forget();
    this.ask.reset(snapshot.questions);
    this.labels.reset(snapshot.labels);
    this.splatSelection.clear();
    this.path.reset(snapshot.cameras);
    this.film.reset();
    this.view.reset();
    this.shell.tool = 'look';
    this.shell.mode = 'photos';
    this.notices.clearProject();
  }

  /** Another run of the same project is shown: what was found in the old one has no place in it. */
  private forgetRun(): void {
    this.measure.begin(null);
    this.measure.forget();
    this.track.clear();
    this.inferred.clear();
    this.splatSelection.clear();
    this.answers.changed();
  }

  leave(): void {
    this.project = null;
    this.startWhenImported = false;
    this.shell.sampleLine = false;
    this.edits.records = [];
    this.photos.reset([]);
    this.photos.setReplaced([]);
    this.photos.import = null;
    this.run.reset({ runs: [], shownRunId: null, run: null });
    this.frames.reset([], [], []);
    this.beliefs.reset([]);
    this.splats.reset([]);
    this.refinements.records = [];
    this.polish.reset([], null);
    this.measure.reset();
    this.track.clear();
    this.inferred.clear();
    this.answers.forget();
    this.ask.reset([]);
    this.labels.reset(usualLabelSets);
    this.splatSelection.clear();
    this.path.reset([]);
    this.film.reset();
    this.selection.reset();
    this.timeline.reset();
    this.notices.clearProject();
    if (this.shell.page === 'workspace') this.shell.page = 'home';
  }
}
