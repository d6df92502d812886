// Commands about methods and language packs: what is installed, what a checkpoint would bring, what comes and goes, and what image encoders know.

import * as v from 'valibot';
import type { Precision } from '../../projects/format/precision.ts';
import type { FeatureProbe } from './feature-probe.ts';
import { count, id, importSource, none, precision } from './schemas.ts';

export const modelInputs = {
  'models.list': none,
  /** What a checkpoint is and what adding it would take; nothing is written. */
  'models.preview': v.object({ source: importSource }),
  'models.add': v.object({ source: importSource, acceptLicence: v.boolean(), precision }),
  /** Ends the reading, adding or comparing that goes on; nothing of it stays. */
  'models.cancel': none,
  /** Lets go of a checkpoint that was sent and is not to be added. A file of the user's own stays where it is. */
  'models.decline': v.object({ source: importSource }),
  'models.remove': v.object({ modelId: id }),
  /** What the encoders of these packs, or of all, know of the scene; every so many-th photo is left out and drawn. Ends with `models.cancel`. */
  'models.probe': v.object({ modelIds: v.nullable(v.array(id)), every: v.pipe(count, v.minValue(2)) }),
} as const;

export interface ModelOutputs {
  'models.list': ModelInfo[];
  'models.preview': CheckpointOffer;
  'models.add': AddedModel;
  'models.cancel': null;
  'models.decline': null;
  'models.remove': null;
  'models.probe': FeatureProbe;
}

export interface ModelInfo {
  id: string;
  name: string;
  kind: string;
  licence: { id: string; name: string; url: string | null };
  parameters: number;
  bytesOnDisk: number;
  memoryMb: number;
  /** What would run where on this machine. */
  provider: string;
  builtIn: boolean;
  isDefault: boolean;
}

export interface AddedModel extends ModelInfo {
  /** What the check after compiling found; null when the same weights were there already and nothing was done. */
  selfCheck: SelfCheck | null;
}

/** A pack that ran by itself and gave sane numbers. */
export interface SelfCheck {
  /** What ran where. */
  provider: string;
  /** Outputs of its graphs that were looked at. */
  outputs: number;
  seconds: number;
}

/** What a checkpoint is, before anything is written. */
export interface CheckpointOffer {
  name: string;
  kind: string;
  licence: { id: string; name: string; url: string | null; mustAccept: boolean };
  parameters: number;
  /** One for each precision that this kind of network can be compiled in; float32 first. */
  choices: CheckpointChoice[];
}

export interface CheckpointChoice {
  precision: Precision;
  bytesOnDisk: number;
  /** What a run is expected to take, MB of 10⁶ bytes. */
  memoryMb: number;
  /** One sentence when this machine is too small for it, or too full now; otherwise null. */
  warning: string | null;
  /** The pack that has the same weights in this precision already. */
  installedId: string | null;
}
