// Tools over a population. Their settings cross to the engine as JSON, which checks them and knows every default.
import { bytesOfJson, dayOf, held, known, moved, rules, wellFormed, wrong } from './core.js';
import type { Ledger, Options, PolicyDocument, Records } from './core.js';
import type { RawLedger, RawPolicy } from './generated/tools.js';

/** A figure with its 95 % interval; null where there is none. */
export interface Estimated {
  estimate: number | null;
  lower: number | null;
  upper: number | null;
}

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

/** What the data can tell of a value, or why they cannot; then the policy keeps its own. */
export type FitCode = 'fitted' | 'no-decay' | 'shortest' | 'no-checks' | 'one-subject' | 'too-few-subjects' | 'no-repeats' | 'constant'
  | 'no-differences' | 'out-of-range' | 'too-few-predictions';

/** What predicts. */
export type Method = 'fitted-policy' | 'given-policy' | 'undecayed-posterior' | 'laplace' | 'raw-mean' | 'last-value';

/** The variances within and between subjects, by Bühlmann and Straub, and the prior that follows; null where the data cannot tell. */
export interface Structure {
  subjects: number;
  records: number;
  mass: number;
  collective_mean: number;
  within: number | null;
  within_error: number | null;
  between: number | null;
  between_error: number | null;
  strength: number | null;
  strength_error: number | null;
  mean: number | null;
  mean_error: number | null;
}

/** What was fitted of one criterion; pairs are of the given and of the fitted policy. */
export interface CriterionFit {
  id: string;
  prior: FitCode;
  mean: [number, number];
  strength: [number, number];
  half_life: {
    code: FitCode;
    days: [number, number];
    predictions: number;
    /** Half-lives that were tried, each with its mean log-loss of a check. */
    tried: [number, number][];
    gain: Estimated;
  };
  structure: Structure;
  undecayed: Structure;
}

/** What was fitted, and how well it predicts what came after. */
export interface CalibrationReport {
  policy: { name: string; version: string; digest: string };
  fitted: { name: string; version: string; digest: string };
  /** Fitted values are estimates, not official weights: show it with them. */
  notice: string;
  train_to: string;
  test_from: string;
  seed: number;
  replicates: number;
  subjects: number;
  rows: number;
  search_sampled: boolean;
  test_sampled: boolean;
  criteria: CriterionFit[];
  evaluation: {
    subjects: number;
    checks: number;
    share_held: number | null;
    checks_without_history: number;
    caution: 'no-predictions' | 'constant' | 'one-subject' | null;
    methods: {
      method: Method;
      auc: Estimated;
      brier: Estimated;
      log_loss: Estimated;
      calibration_error: number | null;
      curve: { from: number; to: number; checks: number; predicted: number; observed: Estimated }[];
    }[];
    /** The figures of each other method less those of the fitted policy. */
    versus: { method: Method; auc: Estimated; brier: Estimated; log_loss: Estimated; cannot_tell_apart_by: string[] }[];
    coverage: { method: Method; nominal: number; pairs: number; covered: Estimated; covered_with_noise: Estimated }[];
  };
}

/** A calibration. */
export interface Calibration {
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

/** Groups side by side. */
export interface Fairness {
  policy: string;
  version: string;
  digest: string;
  notice: string;
  subjects: number;
  /** Subjects whose outcome is known. */
  outcomes: number;
  least: number;
  intervals: 'bootstrap' | 'normal';
  caution: 'no-subjects' | 'one-group' | null;
  groups: {
    group: string;
    subjects: number;
    rated: number;
    /** Why it has no figures. */
    caution: 'one-subject' | 'too-small' | null;
    figures: {
      of: 'score' | 'coverage' | 'restricted' | 'false-restriction' | 'missed-restriction' | `tier:${string}`;
      subjects: number;
      mean: Estimated;
      /** The mean less that of everybody else. */
      gap: Estimated;
      /** Whether the gap's interval excludes 0; null where there is none. */
      differs: boolean | null;
    }[];
  }[];
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

/** One attack on one ledger; pairs are before and after. */
export interface Trial {
  base: string;
  with: string;
  /** In points before rounding; of an unrated ledger it is the prior's. */
  score: [number, number];
  moved: number;
  bound: number;
  /** The criterion whose mean moved most: before, after, and the most that it could move. */
  mean: [number, number, number] | null;
  tier: [string, string];
  sectors: [number, number];
  human_review: boolean;
  holds: boolean;
}

/** How far attacks move a score, beside the bounds of the model. */
export interface Attacks {
  policy: string;
  version: string;
  digest: string;
  notice: string;
  as_of: string;
  bases: number;
  /** Whether every bound held in every trial. */
  holds: boolean;
  attacks: {
    attack: 'one-source-floods' | 'many-sources-flood' | 'friendly-second-sector' | 'self-audit' | 'credits-whitewash' | 'exemptions-whitewash'
      | 'incident-split' | 'incidents-fused' | 'filed-twice' | 'appeal-spam';
    bound: string;
    trials: number;
    exceeded: number;
    worst: Trial | null;
    stated: Trial | null;
    tiers: [string, string][];
  }[];
}

// ---- what the interval covers

/** What to simulate. */
export interface IntervalCoverageOptions extends Seeded {
  /** The policy's first criterion where none is given. */
  criterion?: string;
  /** Simulated subjects of each figure, at most 1,000,000. */
  replicates?: number;
}

/** What the nominal interval of a criterion really covers. */
export interface IntervalCoverage {
  policy: string;
  version: string;
  digest: string;
  criterion: string;
  nominal: number;
  seed: number;
  replicates: number;
  rows: {
    scenario: 'independent' | 'sampled' | 'decayed' | 'drifting' | 'capped' | 'clustered';
    checks: number;
    /** The share of subjects drawn from the prior whose own share lies in the interval, */
    drawn: number;
    /** and its standard error. */
    drawn_error: number;
    width: number;
    /** Of subjects with a fixed share, the least share that is covered, */
    least: number;
    /** and the share of checks at which it is. */
    least_at: number;
  }[];
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
export const fairness = (members: Iterable<Member>, { policy, ...settings }: FairnessOptions = {}): Fairness => {
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
export const attacks = ({ asOf, policy, bases, ...settings }: AttackOptions): Attacks => {
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
export const intervalCoverage = ({ policy, ...settings }: IntervalCoverageOptions = {}): IntervalCoverage =>
  answer(settings, ['criterion', 'seed', 'replicates'], (json) => rawPolicy(policy).coverage(json));
