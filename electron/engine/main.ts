// The engine program: one process that holds networks and decodes photos. Started by a host, answers its requests, ends with it.

import { createReconstructor } from '../../models/run/registry.ts';
import { providerCandidates, providerNames } from '../../models/run/providers.ts';
import { createHandlers } from './handlers.ts';
import { openHostPort } from './port.ts';
import { serve } from './serve.ts';

serve(
  openHostPort(),
  createHandlers(
    ({ modelId, packFolder, depthPackFolder }, report) => {
      report({ stage: 'Loading the method', fraction: null });
      return createReconstructor(modelId, packFolder, {}, depthPackFolder);
    },
    () =>
      providerCandidates()
        .filter(({ obstacle }) => obstacle === null)
        .map(({ provider }) => providerNames[provider]),
  ),
);
