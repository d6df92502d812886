// The scene behind one canvas: layers, eye and clock joined. The interface talks to it by method calls only.

import type { EditedScene } from '../../projects/format/edits.ts';
import type { RowBits } from '../../projects/format/row-set.ts';
import type { ChunkId, PointChunk } from '../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../projects/format/sim3.ts';
import { toVec3 } from './axes.ts';
import { CameraLayer, type CameraStyle } from './camera-layer.ts';
import { CameraRig } from './camera-rig.ts';
import { CameraSizing } from './camera-sizing.ts';
import { Film } from './film.ts';
import { GroundLayer } from './ground-layer.ts';
import { LiveBrush } from './live-brush.ts';
import { LiveEye } from './live-eye.ts';
import type { LiveViewOptions } from './live-options.ts';
import { LiveSplit } from './live-split.ts';
import { LiveTools } from './live-tools.ts';
import { nearestRow } from './nearest-row.ts';
import { Pace } from './pace.ts';
import { PointLayer, type ChunkLook, type PlacedFrame, type PointStyle } from './point-layer.ts';
import { sceneStatistics, type SceneStatistics } from './scene-statistics.ts';
import { SplatLayer } from './splat-layer.ts';
import { Stage } from './stage.ts';
import { ThroughLayer } from './through-layer.ts';
import { WorldTurn } from './world-turn.ts';

const statisticsEveryMs = 800;

export class LiveView {
  readonly rig: CameraRig;
  readonly eye: LiveEye;
  readonly tools: LiveTools;
  readonly splats: SplatLayer;
  readonly film: Film;
  readonly brush: LiveBrush;
  readonly split: LiveSplit;
  private readonly options: LiveViewOptions;
  private readonly stage: Stage;
  private readonly world = new WorldTurn();
  private readonly points: PointLayer;
  private readonly cameras: CameraLayer;
  private readonly through: ThroughLayer;
  private readonly ground = new GroundLayer();
  private readonly pace = new Pace(() => this.stage.invalidate());
  private frames: readonly PlacedFrame[] = [];
  private cameraStyle: CameraStyle | null = null;
  private statistics: SceneStatistics | null = null;
  private statisticsStale = true;
  private statisticsMs = 0;
  private readonly sizing = new CameraSizing();

  constructor(options: LiveViewOptions) {
    this.options = options;
    this.rig = new CameraRig(options.canvas);
    this.rig.onPerspective = options.onPerspective;
    const changed = (): void => this.changed();
    this.points = new PointLayer(
      (id) => options.url('chunk', id),
      () => this.sceneChanged(),
      options.onChunkFailed,
    );
    this.cameras = new CameraLayer(
      (id) => options.url('thumb', id),
      () => this.stage.invalidate(),
    );
    this.through = new ThroughLayer((id) => [options.url('thumb', id), options.url('photo', id)], changed);
    this.world.group.add(this.points.group, this.cameras.group, this.through.group);
    this.stage = new Stage({
      canvas: options.canvas,
      onFrame: (deltaS, nowMs) => this.drawFrame(deltaS, nowMs),
      onResize: (widthPx, heightPx) => this.rig.resize(widthPx, heightPx),
      onContextRestored: () => this.points.reload(),
    });
    this.splats = new SplatLayer({
      renderer: this.stage.renderer,
      urlOf: (id) => options.url('chunk', id),
      onChange: changed,
      onSorted: () => this.stage.invalidate(),
      onFailed: options.onChunkFailed,
    });
    this.world.group.add(this.splats.group);
    this.eye = new LiveEye({
      stage: this.stage,
      rig: this.rig,
      world: this.world,
      points: this.points,
      through: this.through,
      frames: () => this.frames,
      poses: () => this.poses,
      statistics: () => this.currentStatistics(),
      changed: () => this.worldTurned(),
    });
    const parts = {
      stage: this.stage,
      rig: this.rig,
      world: this.world.group,
      points: this.points,
      splats: this.splats,
      frames: () => this.frames,
      statistics: () => this.currentStatistics(),
    };
    const helpers = [this.cameras.group, this.through.group, this.ground.mesh];
    this.tools = new LiveTools({
      ...parts,
      cameras: this.cameras,
      others: [this.splats.top, ...helpers],
      changed,
      frameOf: (frameId) => this.frames.find(({ frame }) => frame.id === frameId)?.frame ?? null,
      worldFromDisplay: () => this.world.displayFromWorld.invert(),
      up: () => this.world.up,
    });
    const { lines, fill } = this.tools.box;
    this.film = new Film({ ...parts, helpers: [...helpers, lines, fill] });
    this.brush = new LiveBrush({ ...parts, others: [this.splats.top, ...helpers, lines, fill] });
    this.split = new LiveSplit({ ...parts, film: this.film });
    this.stage.scene.add(this.world.group, this.splats.top, this.ground.mesh, lines, fill);
    this.rig.controls.addEventListener('control', changed);
    this.rig.controls.addEventListener('wake', changed);
  }

  /** @param asked views that nobody took: they have points, and neither a camera to be drawn nor a say in where things are */
  setFrames(frames: readonly PlacedFrame[], asked: readonly PlacedFrame[]): void {
    this.frames = frames;
    // Once the user looks at the scene, a better guess of up must not turn the world under the eye.
    if (!this.eye.hasFramed) {
      this.world.guess(frames);
      this.worldTurned();
    }
    this.points.setFrames([...frames, ...asked]);
    this.cameras.setFrames(frames);
  }

  setChunks(chunks: readonly PointChunk[]): void {
    // An empty scene is a new one: it may frame itself again.
    if (chunks.length === 0) this.eye.hasFramed = false;
    this.points.setChunks(chunks);
  }

  /** Chunks that are not simply seen where their frame stands. */
  setLooks(looks: ReadonlyMap<ChunkId, ChunkLook>): void {
    this.points.setLooks(looks);
  }

  setEdits({ deletedBoxes, goneRows }: EditedScene): void {
    this.points.setDeleted(deletedBoxes);
    this.points.setGone(goneRows);
    this.splats.setEdits(deletedBoxes, goneRows);
  }

  /** What is selected glows. @param color sRGB 0…255 */
  setSelected(splats: ReadonlyMap<ChunkId, RowBits>, points: ReadonlyMap<ChunkId, RowBits>, color: Vec3): void {
    this.splats.setSelected(splats, color);
    this.points.setSelected(points, color);
  }

  setPointStyle(style: PointStyle, budget: number, visible: boolean): void {
    this.points.setStyle(style);
    this.points.group.visible = visible;
    this.pace.setMost(budget);
    this.changed();
  }

  /** @param style its size counts in typical distances between neighbouring cameras */
  setCameraStyle(style: CameraStyle): void {
    this.cameraStyle = style;
    this.cameras.setStyle({ ...style, size: style.size * this.sizing.unit });
    this.changed();
  }

  setColors(background: string, grid: string, accent: string): void {
    this.splats.setGround(this.stage.setBackground(background));
    this.ground.setColor(grid);
    this.tools.box.setColor(accent);
    this.changed();
  }

  setGrid(visible: boolean): void {
    this.ground.mesh.visible = visible && this.statistics !== null;
    this.gridWanted = visible;
    this.changed();
  }
  private gridWanted = true;

  /** Up in world axes as the user set it; null guesses it from the cameras. */
  setUp(upInWorld: Vec3 | null): void {
    this.world.choose(upInWorld);
    this.worldTurned();
  }

  private get poses(): readonly Sim3[] {
    return this.frames.flatMap(({ frame }) => frame.worldFromCamera ?? []);
  }

  /** The splat under the pointer, told by the points there whether they are shown or not. */
  splatAt(pointer: readonly [number, number]): { frameId: string; splatIdx: number } | null {
    const point = this.tools.pointAt(pointer);
    return point && nearestRow(this.splats.visibleChunks(), point);
  }

  setPhotoFade(fade: number): void {
    this.through.setFade(fade);
  }

  /** Something visible changed: draw, and draw in full once it is quiet. */
  changed(): void {
    this.pace.changed();
  }

  dispose(): void {
    for (const part of [
      this.pace,
      this.points,
      this.splats,
      this.cameras,
      this.through,
      this.ground,
      this.tools,
      this.brush,
      this.rig,
    ])
      part.dispose();
    this.stage.dispose();
  }

  /** Statistics are in display axes: those of before are wrong now, not only old. */
  private worldTurned(): void {
    this.statisticsMs = -Infinity;
    this.sceneChanged();
  }

  private sceneChanged(): void {
    this.statisticsStale = true;
    this.changed();
  }

  private currentStatistics(): SceneStatistics | null {
    const nowMs = performance.now();
    // While chunks stream in, once in a while is enough.
    const isFresh = !this.statisticsStale || nowMs - this.statisticsMs < statisticsEveryMs;
    if (this.statistics && isFresh) return this.statistics;
    this.statisticsStale = false;
    this.statisticsMs = nowMs;
    this.stage.scene.updateMatrixWorld();
    this.statistics = sceneStatistics([...this.points.visibleClouds()]);
    if (!this.statistics) return null;
    const { centre, radius, ground } = this.statistics;
    this.rig.setRadius(radius);
    this.ground.place([centre.x, centre.z], ground, radius);
    this.ground.mesh.visible = this.gridWanted;
    if (this.sizing.update(this.poses, radius) && this.cameraStyle) this.setCameraStyle(this.cameraStyle);
    return this.statistics;
  }

  private drawFrame(deltaS: number, nowMs: number): boolean {
    this.eye.frameOnce();
    const statistics = this.currentStatistics();
    const moved = this.rig.update(deltaS);
    if (moved) this.pace.eyeMoved();
    const splatsUpToDate = this.splats.group.visible ? this.splats.isUpToDate : null;
    const pace = this.pace.frame(nowMs, this.points.group.visible, splatsUpToDate);
    const { renderer, scene, heightPx } = this.stage;
    const { camera } = this.rig;
    const worldFromDisplay = this.world.group.matrix.clone().invert();
    const eyeInWorld = camera.position.clone().applyMatrix4(worldFromDisplay);
    const { shown, more } = this.points.prepare(pace.points, eyeInWorld);
    const { uniforms } = this.points;
    const devicePxPerUnit = (heightPx / 2) * this.stage.pixelRatio * camera.projectionMatrix.elements[5];
    uniforms.uPixelsPerUnit.value = devicePxPerUnit;
    uniforms.uMostPx.value = 14 * this.stage.pixelRatio;
    const range = uniforms.uSource.value === 4 ? statistics?.heightRange : statistics?.depthRange;
    if (range) uniforms.uRange.value.set(...(range as [number, number]));
    this.splats.prepare(camera, devicePxPerUnit, pace.splats, pace.isEyeMoving);
    renderer.render(scene, camera);
    const splats = this.splats.counts;
    const pxPerUnit = (heightPx / 2) * camera.projectionMatrix.elements[5];
    const distance = this.rig.isOrthographic ? 1 : camera.position.distanceTo(this.rig.target);
    this.options.onReadout({
      pointsShown: this.points.group.visible ? shown : 0,
      pointsLoaded: this.points.available,
      splatsShown: this.splats.group.visible ? splats.drawn : 0,
      splatsLoaded: splats.available,
      framesPerSecond: pace.framesPerSecond,
      unitsPer100Px: statistics ? (100 * distance) / (pxPerUnit * (this.rig.isOrthographic ? camera.zoom : 1)) : null,
      depthRange: statistics?.depthRange ?? null,
      heightRange: statistics?.heightRange ?? null,
      eye: toVec3(eyeInWorld),
    });
    this.options.onDrawn();
    return moved || more || this.rig.fly.isFlying;
  }
}
