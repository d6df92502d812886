// Commands about methods and language packs: what is installed, what comes and goes, and what their image encoders know.

import * as v from 'valibot';
import type { FeatureProbe } from './feature-probe.ts';
import { count, id, importSource, none, precision } from './schemas.ts';

export const modelInputs = {
  'models.list': none,
  'models.add': v.object({ source: importSource, acceptLicence: v.boolean(), precision }),
  /** Ends the adding or comparing that goes on; nothing of it stays. */
  'models.cancel': none,
  'models.remove': v.object({ modelId: id }),
  /** What the encoders of these packs, or of all, know of the scene; every so many-th photo is left out and drawn. Ends with `models.cancel`. */
  'models.probe': v.object({ modelIds: v.nullable(v.array(id)), every: v.pipe(count, v.minValue(2)) }),
} as const;

export interface ModelOutputs {
  'models.list': ModelInfo[];
  'models.add': ModelInfo;
  'models.cancel': null;
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
