// Tools over a population. Their settings cross to the engine as JSON, which checks them and knows every default.
import { bytesOfJson, dayOf, held, known, moved, rules, wellFormed, wrong } from './core.js';
import type { Ledger, Options, PolicyDocument, Records } from './core.js';
import type { AttacksReport, CalibrationReport, FairnessReport, IntervalCoverageReport } from './generated/tool-types.js';
import type { RawLedger, RawPolicy } from './generated/tools.js';

interface Seeded {
  /** The reference policy where none is given. */
  policy?: Policy;
  /** Draws what is random: the same seed gives the same answer, in every language. */
  seed?: number;
}
type Policy = NonNullable<Options['policy']>;

// ---- calibration

/** How to calibrate. */
export interface CalibrateOptions extends Seeded {
  /** The last day to fit to; the day by which seven tenths of the checks lie where none is given. */
  trainTo?: string;
  /** The first day to try the fitted policy on; the day after `trainTo` where none is given. */
  testFrom?: string;
  /** Bootstrap replicates, at most 10,000. */
  replicates?: number;
  /** Half-lives are sought on at most so many rows, of whole subjects drawn at random. */
  searchRows?: number;
  /** The policy is tried on at most so many rows, of whole subjects drawn at random. */
  testRows?: number;
}

/** A calibration. */
export interface Calibration {
  /** What was fitted, and how well it predicts; fitted values are estimates, not official weights: show its notice with them. */
  report: CalibrationReport;
  /** The fitted policy, for `new Policy(fitted)`: estimates from these records; a person decides on a policy. */
  fitted: PolicyDocument;
}

// ---- groups side by side

/** One subject of a comparison: `{ ...assessment, group }` is one. */
export interface Member {
  /** Where it belongs: a region, a language, a kind of creator. The model never sees it. Members without a group are left out. */
  group: string | null | undefined;
  /** In points; looked at only where the subject is rated. */
  score: number | null;
  /** In [0, 1]. */
  coverage: number;
  /** A tier of the policy. */
  tier: string;
  /** Whether it turned out well, where that is known. */
  outcome?: boolean | null;
}

/** How to compare groups. */
export interface FairnessOptions extends Seeded {
  /** Smaller groups are counted, but have no figures of their own. */
  least?: number;
  /** Bootstrap replicates, at most 10,000. */
  replicates?: number;
}

// ---- attacks

/** What to attack. */
export interface AttackOptions extends Seeded {
  /** The day of assessment, `YYYY-MM-DD`. */
  asOf: string;
  /** Records whose subjects are attacked too, besides a stated ledger and random ones. */
  bases?: Ledger | Records;
  /** How many random ledgers. */
  randomBases?: number;
}

// ---- what the interval covers

/** What to simulate. */
export interface IntervalCoverageOptions extends Seeded {
  /** The policy's first criterion where none is given. */
  criterion?: string;
  /** Simulated subjects of each figure, at most 1,000,000. */
  replicates?: number;
}

// ---- calls

const rawPolicy = (policy: Policy | undefined): RawPolicy => rules(policy)._raw as unknown as RawPolicy;

/** Hands settings over by the engine's names of them, and tells by the option's name what is wrong with one. */
const answer = <T>(settings: { [option: string]: unknown }, names: readonly string[], call: (settings: Uint8Array) => unknown): T => {
  known(settings, names);
  const fields = new Map(names.map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]));
  try {
    return JSON.parse(call(bytesOfJson(Object.fromEntries([...fields].map(([field, name]) => [field, settings[name]])))) as string);
  } catch (error) {
    throw moved(error, (path) => fields.get(path.slice(2)) ?? path);
  }
};

/**
 * Fits the priors and half-lives of a policy to records up to a day, and tries the fitted policy on what came after, beside simpler
 * methods. What the records cannot tell keeps the policy's own value, and a code says why.
 *
 * @throws {UytinError} where `testFrom` does not come after `trainTo`, or there is no check that would tell a day to split at.
 */
export const calibrate = (input: Ledger | Records, { policy, ...settings }: CalibrateOptions = {}): Calibration =>
  answer(settings, ['trainTo', 'testFrom', 'seed', 'replicates', 'searchRows', 'testRows'], (json) =>
    held(input, (ledger) => (ledger._raw as unknown as RawLedger).calibrate(rawPolicy(policy), json)));

/**
 * Compares groups of an assessed population: scores, coverage, tiers and restrictions, each beside everybody else's; where it is
 * known how subjects turned out, false and missed restrictions too.
 *
 * @throws {UytinError} with the first member at fault, at `$[3].tier`.
 */
export const fairness = (members: Iterable<Member>, { policy, ...settings }: FairnessOptions = {}): FairnessReport => {
  const rows = Array.from(members), place = (n: number, field: keyof Member): string => `$[${n}].${field}`;
  const text = (n: number, field: 'group' | 'tier'): string => {
    const value = rows[n]![field];
    return typeof value === 'string' ? wellFormed(value, place(n, field)) : wrong(place(n, field), value, 'a text');
  };
  const number = (n: number, field: 'score' | 'coverage'): number => {
    const value = rows[n]![field];
    return typeof value === 'number' ? value : field === 'score' && value == null ? NaN : wrong(place(n, field), value, 'a number');
  };
  const outcome = (n: number): number => {
    const value = rows[n]!.outcome;
    return value == null ? 0 : typeof value === 'boolean' ? (value ? 1 : 2) : wrong(place(n, 'outcome'), value, '`true`, `false` or null');
  };
  rows.forEach((row, n) => row == null && wrong(`$[${n}]`, row, 'a member'));
  const column = <T>(of: (n: number) => T): T[] => rows.map((_, n) => of(n));
  const groups = JSON.stringify(column((n) => (rows[n]!.group == null ? null : text(n, 'group')))), tiers = JSON.stringify(column((n) => text(n, 'tier')));
  const scores = Float64Array.from(column((n) => number(n, 'score'))), coverages = Float64Array.from(column((n) => number(n, 'coverage')));
  const outcomes = Uint8Array.from(column(outcome));
  return answer(settings, ['least', 'seed', 'replicates'], (json) => rawPolicy(policy).fairness(groups, tiers, scores, coverages, outcomes, json));
};

/**
 * Tries attacks on a score (one source floods, credits are piled up, an incident is split, …) and says how far each gets and which
 * bound of the model holds it.
 */
export const attacks = ({ asOf, policy, bases, ...settings }: AttackOptions): AttacksReport => {
  const on = dayOf(asOf);
  return answer(settings, ['randomBases', 'seed'], (json) =>
    held(bases ?? [], (ledger) => rawPolicy(policy).attacks(ledger._raw as unknown as RawLedger, on, json)));
};

/**
 * Simulates how often the nominal interval of a criterion holds the truth: of independent checks, and of checks that are sampled,
 * decayed, capped and clustered.
 *
 * @throws {UytinError} where the policy has no such criterion.
 */
export const intervalCoverage = ({ policy, ...settings }: IntervalCoverageOptions = {}): IntervalCoverageReport =>
  answer(settings, ['criterion', 'seed', 'replicates'], (json) => rawPolicy(policy).coverage(json));
