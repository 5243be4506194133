import { ask, dayOf, held, known, rules, texts, wrong } from './core.js';
import { refuse } from './error.js';
import type { Ledger, Options, Policy, Records, Text } from './core.js';
import type { RawBound, RawLedger, RawPolicy } from './generated/tools.js';

/** Score, interval, tier and proposed measures at one moment. */
export interface Standpoint {
  score: number;
  interval: { lower: number; upper: number };
  tier: string;
  measures: string[];
  human_review: string[];
  ledger_digest: string;
}

/** What a contest of records would change. */
export interface Contest {
  subject: string;
  as_of: string;
  without: { source: string; id: string }[];
  before: Standpoint;
  after: Standpoint;
  change: { score: number; lower: number; upper: number; tier: string };
  [more: string]: unknown;
}

/** What is asked of candidates; it has no field for the size of an audience. */
export interface Brief {
  title?: string;
  tier_at_least?: string;
  lower_at_least?: number;
  coverage_at_least?: number;
  criteria?: { criterion: string; lower_at_least: number }[];
  no_findings?: { days: number; severity_at_least?: string; criteria?: string[] }[];
  order?: 'lower' | 'score' | 'coverage';
  limit?: number;
}

/** The subjects that meet a brief, ranked. */
export interface Shortlist {
  subjects: number;
  candidates: number;
  shortlist: {
    rank: number;
    band: number;
    subject: string;
    tier: string;
    /** null where the subject is not rated. */
    score: number | null;
    interval: { lower: number; upper: number };
    coverage: number;
    human_review: boolean;
    [more: string]: unknown;
  }[];
  left_out: { condition: string; count: number }[];
  [more: string]: unknown;
}

/** Where two policies differ, and which way each change goes. */
export interface PolicyDiff {
  changes: { section: string; path: string; from: unknown; to: unknown; direction: 'stricter' | 'laxer' | 'mixed' | 'neither'; [more: string]: unknown }[];
  [more: string]: unknown;
}

/** What is valid in a policy, yet unwise. */
export interface PolicyLint {
  warnings: { code: string; path: string; what: Text; why: Text; remedy: Text }[];
  [more: string]: unknown;
}

/** What a change of policy does to a population. */
export interface Impact {
  subjects: number;
  scores: { compared: number; up: number; down: number; unchanged: number; [more: string]: unknown };
  tiers: { changed: number; up: number; down: number; [more: string]: unknown };
  [more: string]: unknown;
}

/** What a statement of reasons says besides, in which language and form. */
export interface StatementOptions extends Options {
  lang?: 'en' | 'vi';
  format?: 'markdown' | 'html';
  issuedBy?: string;
  contestAt?: string;
  /** A date. */
  contestBy?: string;
}

const raw = (bound: { raw: unknown }): RawBound => bound.raw as RawBound;

const rawLedger = (ledger: Ledger): RawLedger => ledger._raw as unknown as RawLedger;

// Where a policy must be given, none stands for another.
const rawOf = (policy: Policy, name: string): RawPolicy => (policy == null ? wrong(name, policy, 'a Policy') : rules(policy, name))._raw as unknown as RawPolicy;

const choice = (name: string, value: string, of: string[]): string =>
  of.includes(value) ? value : refuse('unknown-value', name, `\`${value}\``, of.map((one) => `\`${one}\``).join(' or '));

/**
 * Assesses a subject again without some records, each named `source/id`, and says what differs.
 *
 * @throws {UytinError} with every name that no record has.
 */
export const contest = (input: Ledger | Records, { without, ...options }: Options & { without: readonly string[] }): Contest =>
  ask(input, options, (bound, on, previous) => JSON.parse(raw(bound).contest(on, previous, texts('without', without)) as string));

/** The statement of reasons for the person whom an assessment is about: Markdown, or a page that stands for itself. */
export const statement = (
  input: Ledger | Records,
  { lang = 'en', format = 'markdown', issuedBy, contestAt, contestBy, ...options }: StatementOptions,
): string => {
  const vietnamese = choice('lang', lang, ['en', 'vi']) === 'vi', html = choice('format', format, ['markdown', 'html']) === 'html';
  return ask(input, options, (bound, on, previous) =>
    raw(bound).statement(on, previous, issuedBy, contestAt, contestBy, vietnamese, html) as string);
};

/**
 * Ranks the subjects that meet a brief, best lower bound first; those that the evidence cannot tell apart share a band.
 *
 * @throws {UytinError} with every fault of the brief.
 */
export const shortlist = (input: Ledger | Records, brief: Brief | string, options: Pick<Options, 'asOf' | 'policy'>): Shortlist => {
  known(options, ['asOf', 'policy']);
  const on = dayOf(options?.asOf), policy = rawOf(rules(options.policy), 'policy');
  const text = new TextEncoder().encode(typeof brief === 'string' ? brief : JSON.stringify(brief) ?? 'null');
  return JSON.parse(held(input, (ledger) => rawLedger(ledger).shortlist(policy, text, on) as string));
};

/** What a change from one policy to another does to the subjects of a ledger. */
export const impact = (input: Ledger | Records, from: Policy, to: Policy, options: Pick<Options, 'asOf'>): Impact => {
  known(options, ['asOf']);
  const on = dayOf(options?.asOf), before = rawOf(from, 'from'), after = rawOf(to, 'to');
  return JSON.parse(held(input, (ledger) => rawLedger(ledger).impact(before, after, on) as string));
};

/** What differs from one policy to another, and what each change makes stricter or laxer. */
export const policyDiff = (from: Policy, to: Policy): PolicyDiff => JSON.parse(rawOf(from, 'from').diff(rawOf(to, 'to')) as string);

/** What is valid in a policy, yet unwise: each with its place, why, and a remedy. */
export const policyLint = (policy: Policy): PolicyLint => JSON.parse(rawOf(policy, 'policy').lint() as string);
