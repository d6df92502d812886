// Pieces that the inputs of commands are made of, each with its limits.

import * as v from 'valibot';
import { placesNeeded, type PointMeasureKind } from '../../projects/format/measures.ts';
import { rowsPattern } from '../../projects/format/row-set.ts';
import { precisions } from '../../projects/format/precision.ts';
import { revisitIds, updateRuleIds } from '../../projects/format/scene.ts';

export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
export const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
export const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
export const finite = v.pipe(v.number(), v.finite());
export const vec3 = v.pipe(v.tuple([finite, finite, finite]), v.readonly());
export const quaternion = v.pipe(v.tuple([finite, finite, finite, finite]), v.readonly());
export const sim3 = v.object({ rotation: quaternion, translation: vec3, scale: v.pipe(finite, v.gtValue(0)) });
export const count = v.pipe(v.number(), v.integer(), v.minValue(1));
export const intrinsics = v.object({
  widthPx: count,
  heightPx: count,
  fxPx: finite,
  fyPx: finite,
  cxPx: finite,
  cyPx: finite,
  k1: finite,
  k2: finite,
});
/** In which numbers a checkpoint is compiled; float32 when absent. */
export const precision = v.optional(v.picklist(precisions));
export const none = v.null();

export const runSettingsSchema = v.object({
  sizePx: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(8192))),
  maxFrames: v.nullable(count),
  refine: v.boolean(),
  updateRule: v.picklist(updateRuleIds),
  revisit: v.picklist(revisitIds),
  depthModelId: v.nullable(id),
});

/** Chosen rows of chunks: the form in which selections travel. */
export const chunkRows = v.array(v.object({ chunkId: id, rows: v.pipe(v.string(), v.regex(rowsPattern)) }));
export const what = v.pipe(v.string(), v.maxLength(500));
export const frameBox = v.object({ frameId: id, cameraFromBox: sim3, halfSize: vec3 });
export const splatIdx = v.pipe(v.number(), v.integer(), v.minValue(0));
export const share = v.pipe(finite, v.minValue(0), v.maxValue(1));
export const question = {
  text: v.pipe(v.string(), v.maxLength(500)),
  threshold: share,
  notThis: v.array(v.object({ frameId: id, splatIdx })),
};
export const labelSet = {
  words: v.pipe(v.array(v.pipe(v.string(), v.maxLength(500))), v.minLength(1), v.maxLength(32)),
  reject: share,
};

export const savedLabelSets = v.object({
  sets: v.pipe(
    v.array(
      v.object({
        id,
        name,
        labels: v.pipe(
          v.array(v.object({ word: name, color: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)) })),
          v.maxLength(32),
        ),
        reject: share,
      }),
    ),
    v.minLength(1),
    v.maxLength(100),
  ),
  chosenId: id,
});

const positive = v.pipe(finite, v.minValue(0));
const scaleSource = v.variant('kind', [
  v.object({ kind: v.literal('length'), metres: positive }),
  v.object({ kind: v.literal('gps'), photos: count, spreadMetres: positive }),
  v.object({ kind: v.literal('method'), modelId: v.pipe(v.string(), v.maxLength(200)) }),
  v.object({ kind: v.literal('typed') }),
]);

const anchor = v.object({ frameId: id, pointInCamera: vec3, sigma: positive, views: v.pipe(v.number(), v.integer()) });
const anchored = <const K extends PointMeasureKind>(kind: K) =>
  v.object({
    id,
    name,
    kind: v.literal(kind),
    anchors: v.pipe(v.array(anchor), v.minLength(placesNeeded[kind][0]), v.maxLength(placesNeeded[kind][1])),
  });
const measure = v.variant('kind', [
  anchored('point'),
  anchored('distance'),
  anchored('polyline'),
  anchored('height'),
  anchored('angle'),
  anchored('area'),
  v.object({ id, name, kind: v.literal('box'), box: frameBox, sigma: positive }),
]);

/** A place in the scene: what a click hit (`precision`: one standard deviation of it, world units), or a pixel of an upright photo. */
export const pickedPlace = v.variant('kind', [
  v.object({ kind: v.literal('world'), pointInWorld: vec3, precision: positive }),
  v.object({ kind: v.literal('photo'), photoId: id, xPx: finite, yPx: finite }),
]);

export const editSchema = v.variant('kind', [
  v.object({ kind: v.literal('photos-excluded'), photoIds: v.array(id), excluded: v.boolean() }),
  v.object({ kind: v.literal('photos-reordered'), photoIds: v.array(id) }),
  v.object({ kind: v.literal('frames-hidden'), frameIds: v.array(id), hidden: v.boolean() }),
  v.object({
    kind: v.literal('points-deleted'),
    boxes: v.array(frameBox),
  }),
  v.object({ kind: v.literal('splats-hidden'), what, chunks: chunkRows }),
  v.object({ kind: v.literal('splats-deleted'), what, chunks: chunkRows }),
  v.object({ kind: v.literal('splats-shown') }),
  v.object({ kind: v.literal('up-set'), upInWorld: vec3 }),
  v.object({
    kind: v.literal('scale-set'),
    metresPerUnit: v.pipe(finite, v.gtValue(0)),
    relativeSigma: v.optional(v.nullable(positive)),
    source: v.optional(scaleSource),
    runId: v.optional(v.nullable(id)),
  }),
  v.object({ kind: v.literal('scale-cleared') }),
  v.object({ kind: v.literal('measure-added'), measure }),
  v.object({ kind: v.literal('measure-renamed'), measureId: id, name }),
  v.object({ kind: v.literal('measures-deleted'), measureIds: v.array(id) }),
]);

/** Where photos come from: a file or folder on this machine, or files the browser has uploaded. */
export const importSource = v.variant('kind', [
  v.object({ kind: v.literal('path'), path }),
  v.object({ kind: v.literal('upload'), uploadId: id }),
]);
