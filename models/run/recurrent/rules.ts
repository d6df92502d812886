// The state update rules one can choose per run.

import { filt3r } from './rule-filt3r.ts';
import { memix } from './rule-memix.ts';
import { plain } from './rule-plain.ts';
import { ttt3r } from './rule-ttt3r.ts';
import type { UpdateRule } from './update-rule.ts';

export const updateRules: readonly UpdateRule[] = [plain, ttt3r, filt3r, memix];

/** The rule of that name; the plain one for names that do not exist. */
export const ruleOf = (id: string): UpdateRule => updateRules.find((rule) => rule.id === id) ?? plain;
