import { ask, texts } from './core.js';
import type { Ledger, Options, Records, Text } from './core.js';
import type { RawBound } from './generated/tools.js';

/** Who is asked for further checks, besides the options of an assessment. */
export interface PathOptions extends Options {
  /** The source classes that further checks may come from; every class of the policy where none are given. */
  classes?: readonly string[];
}

/** Further checks that hold, dated on the day of assessment, by new sources; one check fewer does not reach the tier. */
export interface FurtherEvidence {
  checks: number;
  sources: number;
  sectors: number;
  /** Whether it is proven that fewer checks do not reach the tier. */
  least: boolean;
  observations: { source: string; source_class: string; criterion: string; passed: number }[];
}

/** What reaches one tier, or a better one. */
export interface Path {
  tier: string;
  /** The least further evidence over all criteria; null where none of these classes reaches the tier. */
  evidence: FurtherEvidence | null;
  /** The least of each single criterion that reaches the tier alone. */
  single: FurtherEvidence[];
  /** The first day on which the tier is reached with no further evidence, within ten years. */
  waiting: string | null;
  /** Why further evidence does not reach the tier; empty where it does. */
  obstacles: { code: string; tier?: string; most?: number; needed?: number; until?: string; findings?: { source: string; id: string }[]; text: Text }[];
  /** All of this in a sentence or two. */
  text: Text;
}

/** What reaches each tier above the present one. */
export interface Paths {
  subject: string;
  as_of: string;
  policy: { name: string; version: string };
  previous_tier: string | null;
  classes: string[];
  tier: string;
  /** The nearest tier first. */
  paths: Path[];
  policy_digest: string;
  notice: Text;
}

/** As {@link path}: the JSON, the same bytes in every language. */
export const pathJson = (input: Ledger | Records, { classes, ...options }: PathOptions): string =>
  ask(input, options, ({ raw }, on, previous, policy) => {
    const asked = classes ?? Object.keys(policy.toJSON().sources);
    return (raw as unknown as RawBound).paths(on, previous, texts('classes', asked)) as string;
  });

/**
 * What reaches each tier above the present one: the least further evidence from these source classes, or the day from
 * which waiting is enough, or why not.
 *
 * @throws {UytinError} where an option or a record is at fault, or the policy does not know a class.
 */
export const path = (input: Ledger | Records, options: PathOptions): Paths => JSON.parse(pathJson(input, options));
