// What a state update rule is: a share per token by which the proposed state enters the old one. Memory is always written whole.

export interface RuleInput {
  /** tokens × channels before the photo. */
  old: Float32Array;
  /** tokens × channels as the network proposes. */
  proposed: Float32Array;
  tokens: number;
  channels: number;
  /** First photo of all, or the first one after a reset. */
  first: boolean;
  gate: Float32Array;
  affinity: Float32Array;
  /** What the rule itself carried over from the last photo; null at the first. */
  carried: Readonly<Record<string, Float32Array>> | null;
}

export interface RuleOutput {
  /** tokens: share of the proposal that is taken, 0…1. */
  shares: Float32Array;
  carried: Readonly<Record<string, Float32Array>>;
}

export interface UpdateRule {
  readonly id: string;
  /** Whether the photo after a reset begins with the learned pose token, like the very first. */
  readonly freshAfterReset: boolean;
  /** After so many photos the runner begins a new submap by itself; null: never. */
  readonly resetEvery: number | null;
  apply(input: RuleInput): RuleOutput;
}

/** old + share · (proposed − old) per token; a share of 1 or 0 keeps the numbers bit by bit. */
export function mixed({ old, proposed, tokens, channels }: RuleInput, shares: Float32Array): Float32Array {
  const out = proposed.slice();
  for (let token = 0; token < tokens; token++) {
    const share = shares[token];
    if (share === 1) continue;
    const end = (token + 1) * channels;
    for (let i = token * channels; i < end; i++)
      out[i] = share === 0 ? old[i] : share * proposed[i] + (1 - share) * old[i];
  }
  return out;
}
