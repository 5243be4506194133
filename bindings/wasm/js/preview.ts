// <uytin-preview>: what the score of a creator would be, and why; a person edits the evidence and sees what changes.
// Everything that is computed comes from the engine. Text is set as text: nothing of a record is ever parsed as HTML.
import { Ledger, Policy, UytinError, assess, catalogue } from './browser.js';
import type { Assessment, Fault, PolicyDocument, Record as Evidence, Records } from './core.js';
import type { Paths } from './generated/tool-types.js';
import type { ToolsWorker } from './worker.js';
import { REPORT } from './generated/report.js';
import css from './preview/preview.css';
import { OWN } from './preview/strings.js';

type Lang = 'en' | 'vi';
type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = { [name: string]: string | number | boolean | null | undefined | ((event: never) => void) };
type Titled = { id: string; title: { en: string; vi: string } };
type Part = Assessment['waterfall'][number];
type Tier = { id: string; look: string; title: string };

/** What a preview shows and lets a person edit. */
export interface PreviewInput {
  /** The evidence: a ledger, records, JSON Lines or their UTF-8. */
  records?: Ledger | Records;
  /** The policy; the reference policy where none is given. */
  policy?: Policy | PolicyDocument | string;
  /** The day of assessment, `YYYY-MM-DD`; today where none is given. */
  asOf?: string;
  /** The subject; the first one where none is given. */
  subject?: string;
  /** The tier that the subject had. */
  previousTier?: string | null;
}

/** The detail of a `uytin-change` event. */
export interface PreviewChange {
  /** What led to it. */
  cause: 'load' | 'add' | 'edit' | 'date' | 'undo' | 'redo' | 'reset';
  /** What the evidence gives now. */
  assessment: Assessment;
  /** What it gave at the start. */
  before: Assessment;
}

interface Step {
  ledger: Ledger;
  records: Map<string, Evidence>;
  asOf: string;
  assessment: Assessment;
}

interface Formats {
  lang: Lang;
  point: (x: number) => string;
  signed: (x: number) => string;
  whole: (x: number) => string;
  share: (x: number) => string;
  date: Intl.DateTimeFormat;
}

const SVG = 'http://www.w3.org/2000/svg';
const DAY = 86_400_000;
const KINDS = ['observation', 'finding', 'credit', 'exemption'] as const;
const STATUSES = ['alleged', 'upheld', 'under-appeal', 'remedied', 'overturned'] as const;
const ICONS = {
  undo: 'M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H6', redo: 'm10 3 3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H10',
  theme: 'M8 2a6 6 0 1 0 6 6 4.6 4.6 0 0 1-6-6Z', plus: 'M8 3v10M3 8h10', person: 'M8 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14.5c.4-3 2.6-4.5 5.5-4.5s5.1 1.5 5.5 4.5',
};
const GLYPHS: { [look: string]: string } = {
  e0: 'M6 1 11 10.5H1Z', e1: 'M6 1.5 10.5 10.5H1.5Z', e2: 'M1.5 8 6 3.5 10.5 8', s: 'M2 2h8v8H2Z', i0: 'M6 11 1 1.5H11Z', i1: 'M6 10.5 1.5 1.5H10.5Z', i2: 'M1.5 4 6 8.5 10.5 4',
};

const flat = (children: Child[]): Node[] => children.flatMap((child) => Array.isArray(child) ? flat(child)
  : child == null || child === false ? [] : [child instanceof Node ? child : document.createTextNode(String(child))]);

/** Makes these the children, and touches none that is in its place: focus, a caret and what is being composed stay. */
const sync = <T extends Element>(parent: T, ...children: Child[]): T => {
  const nodes = flat(children), wanted = new Set(nodes);
  for (const old of [...parent.childNodes]) if (!wanted.has(old)) old.remove();
  nodes.forEach((node, n) => parent.childNodes[n] !== node && parent.insertBefore(node, parent.childNodes[n] ?? null));
  return parent;
};

const put = <T extends Element>(element: T, children: Child[]): T => {
  for (const child of children) {
    if (Array.isArray(child)) put(element, child);
    else if (child != null && child !== false) element.append(child as Node | string);
  }
  return element;
};

/** `h('p.soft', { title: … }, …children)`; a listener is given as `onclick`. */
const h = <K extends keyof HTMLElementTagNameMap>(tag: K | `${K}.${string}`, attributes: Attributes, ...children: Child[]): HTMLElementTagNameMap[K] => {
  const [name, ...classes] = tag.split('.') as [K, ...string[]];
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key.slice(2), value as EventListener);
    else if (key === 'style') element.style.cssText = String(value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  return put(element, children);
};

const drawn = (look: string, box: number, d: string): SVGElement => {
  const svg = document.createElementNS(SVG, 'svg'), path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', `0 0 ${box} ${box}`);
  svg.setAttribute('aria-hidden', 'true');
  if (look) svg.setAttribute('class', look);
  path.setAttribute('d', d);
  svg.append(path);
  return svg;
};
const icon = (name: keyof typeof ICONS): SVGElement => drawn('', 16, ICONS[name]);
const keyOf = (record: { source: string; id: string }): string => JSON.stringify([record.source, record.id]);
const partKey = (part: Part): string => JSON.stringify([part.kind, part.source ?? '', part.id]);
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / DAY;
const textOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
const today = (): string => {
  const now = new Date();
  return textOf(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY);
};
const tenths = (x: number): number => Math.round(x * 10);
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase();
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

let sheet: CSSStyleSheet | undefined;
const made = (): CSSStyleSheet => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

// Where there is no document, as on a server, the class can be imported and does nothing.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * The preview of one creator's score.
 *
 * Attributes: `lang` (`en`, `vi`), `theme` (`light`, `dark`, else as the system has it), `readonly`, `as-of`, `subject`,
 * `previous-tier`. Evidence is given by `load()` or `records`, or as JSON Lines in a child
 * `<script type="application/x-ndjson">`. Each change fires `uytin-change` with a {@link PreviewChange}.
 */
export class UytinPreview extends Base {
  static readonly observedAttributes = ['lang', 'theme', 'readonly', 'as-of', 'subject', 'previous-tier'];

  #input: PreviewInput = {};
  #policy: Policy | undefined;
  #document!: PolicyDocument;
  #subject = '';
  #steps: Step[] = [];
  #at = 0;
  #faults: readonly Fault[] | undefined;
  #codes = catalogue();
  #form: { editing: string | undefined; kind: (typeof KINDS)[number]; values: { [name: string]: string }; faults: readonly Fault[] } | undefined;
  #find = '';
  #shown = 12;
  #all = false;
  #slide: number | undefined;
  #frame = 0;
  #ready = false;
  #epoch = 0;
  #kept = new Map<string, { of: string; node: Child }>();
  #rows = new Map<string, { of: string; record: Evidence; start: Evidence | undefined; node: HTMLElement }>();
  #sorted: { of?: Map<string, Evidence>; list: Evidence[] } = { list: [] };
  #hero?: IntersectionObserver;
  #paths: { of?: Step; state: 'asked' | 'failed' | Paths } | undefined;
  #search: AbortController | undefined;

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' });
    if (this.#ready) return;
    this.#ready = true;
    const script = this.querySelector('script[type="application/x-ndjson"]');
    if (script && !this.#input.records) this.#input.records = script.textContent ?? '';
    this.#start();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.#ready || before === now) return;
    if (name === 'theme') this.#render();
    else if (name === 'lang' || name === 'readonly') this.#render();
    else this.#start();
  }

  /** Shows other evidence, or the same under another policy, day, subject or previous tier; what is not given stays. */
  load(input: PreviewInput): void {
    this.#input = { ...this.#input, ...input };
    if ('asOf' in input) this.removeAttribute('as-of');
    if ('subject' in input) this.removeAttribute('subject');
    if (this.#ready) this.#start();
  }

  /** The evidence as it stands now. Setting it starts anew. */
  get records(): Evidence[] {
    return [...(this.#steps[this.#at]?.records.values() ?? [])];
  }
  set records(records: Ledger | Records) {
    this.load({ records });
  }

  /** The policy. Setting it starts anew. */
  get policy(): Policy | undefined {
    return this.#policy;
  }
  set policy(policy: Policy | PolicyDocument | string | undefined) {
    this.load({ policy });
  }

  /** The day of assessment as it stands now. */
  get asOf(): string {
    return this.#steps[this.#at]?.asOf ?? '';
  }
  set asOf(asOf: string) {
    this.load({ asOf });
  }

  /** The subject that is shown. */
  get subject(): string {
    return this.#subject;
  }
  set subject(subject: string) {
    this.load({ subject });
  }

  /** What the evidence gives now; undefined where there is none to show. */
  get assessment(): Assessment | undefined {
    return this.#steps[this.#at]?.assessment;
  }

  /** Whether evidence and day can be seen only. */
  get readOnly(): boolean {
    return this.hasAttribute('readonly');
  }
  set readOnly(readOnly: boolean) {
    this.toggleAttribute('readonly', readOnly);
  }

  /** Takes the last step back; false where there is none. */
  undo(): boolean {
    return this.#go(this.#at - 1, 'undo');
  }

  /** Does it again; false where there is none. */
  redo(): boolean {
    return this.#go(this.#at + 1, 'redo');
  }

  /** Goes back to the start; it can be undone by `redo`. */
  reset(): boolean {
    return this.#go(0, 'reset');
  }

  #go(at: number, cause: PreviewChange['cause']): boolean {
    if (!this.#steps[at] || at === this.#at) return false;
    this.#at = at;
    this.#form = undefined;
    this.#changed(cause);
    return true;
  }

  #start(): void {
    const { records = [], policy, previousTier } = this.#input;
    this.#faults = this.#form = undefined;
    this.#epoch += 1;
    this.#rows.clear();
    this.#shown = 12;
    this.#find = '';
    this.#steps = [];
    this.#at = 0;
    try {
      this.#policy = policy instanceof Policy ? policy : new Policy(policy);
      this.#document = this.#policy.toJSON();
      const ledger = records instanceof Ledger ? records : new Ledger(records);
      this.#subject = this.getAttribute('subject') ?? this.#input.subject ?? ledger.subjects[0] ?? '';
      this.#input.previousTier = this.getAttribute('previous-tier') ?? previousTier;
      const asOf = this.getAttribute('as-of') ?? this.#input.asOf ?? today();
      const own = new Map(ledger.records(this.#subject).map((record) => [keyOf(record), record]));
      // One subject's records only, so that an edit of one among many stays quick.
      const alone = ledger.subjects.length === 1 ? ledger : new Ledger(own.values());
      this.#steps = [this.#step(alone, own, asOf)];
    } catch (error) {
      if (!(error instanceof UytinError)) throw error;
      this.#faults = error.faults;
    }
    this.#changed('load');
  }

  #step(ledger: Ledger, records: Map<string, Evidence>, asOf: string): Step {
    const { previousTier } = this.#input;
    return { ledger, records, asOf, assessment: assess(ledger, { asOf, subject: this.#subject, policy: this.#policy!, previousTier }) };
  }

  /** Does a step, after which nothing is left to do again. */
  #do(step: Step, cause: PreviewChange['cause']): void {
    this.#steps.length = this.#at + 1;
    this.#steps.push(step);
    this.#at += 1;
    this.#changed(cause);
  }

  /** Puts a record in, a higher revision of the one that it replaces; throws what the engine says of it. */
  #put(record: Evidence, cause: 'add' | 'edit'): void {
    const now = this.#steps[this.#at]!, key = keyOf(record);
    const present = now.records.get(key);
    const put = { ...record, subject: this.#subject, revision: present ? (present.revision ?? 0) + 1 : undefined } as Evidence;
    const ledger = now.ledger.add(put);
    this.#do(this.#step(ledger, new Map(now.records).set(key, put), now.asOf), cause);
  }

  #changed(cause: PreviewChange['cause']): void {
    // What it searches for is not asked any more.
    this.#search?.abort();
    this.#render();
    const now = this.#steps[this.#at], before = this.#steps[0];
    if (!now || !before) return;
    const detail: PreviewChange = { cause, assessment: now.assessment, before: before.assessment };
    this.dispatchEvent(new CustomEvent('uytin-change', { detail, bubbles: true, composed: true }));
  }

  // ---- words and numbers

  get #lang(): Lang {
    return (this.closest('[lang]')?.getAttribute('lang') ?? '').startsWith('vi') ? 'vi' : 'en';
  }

  #t(key: keyof typeof OWN.en | keyof typeof REPORT.en, values: { [name: string]: string | number } = {}): string {
    const lang = this.#lang;
    const words: { [key: string]: string } = { ...REPORT[lang], ...OWN[lang] };
    return words[key]!.replace(/\{(\w+)\}/g, (_, name: string) => (typeof values[name] === 'number' ? this.#whole(values[name]) : (values[name] ?? '')));
  }

  #format(options: Intl.NumberFormatOptions): (x: number) => string {
    const format = new Intl.NumberFormat(this.#lang === 'vi' ? 'vi-VN' : 'en-GB', options);
    return (x) => format.format(x).replace('-', '\u2212');
  }

  #formats: Formats | undefined;
  get #f(): Formats {
    const lang = this.#lang;
    if (this.#formats?.lang !== lang) {
      const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
      this.#formats = {
        lang, point: this.#format(one), signed: this.#format({ ...one, signDisplay: 'exceptZero' }), whole: this.#format({ maximumFractionDigits: 3 }),
        share: this.#format({ style: 'percent', maximumFractionDigits: 0 }),
        date: new Intl.DateTimeFormat(lang === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'UTC', day: 'numeric', month: lang === 'vi' ? 'numeric' : 'short', year: 'numeric' }),
      };
    }
    return this.#formats;
  }
  #point = (x: number): string => this.#f.point(x);
  #whole = (x: number): string => this.#f.whole(x);
  #signed = (x: number): string => this.#f.signed(x);
  #date = (text: string): string => (Number.isNaN(dayOf(text)) ? text : this.#f.date.format(dayOf(text) * DAY));
  #span = ({ lower, upper }: Assessment['interval']): string => `${this.#point(lower)} \u2013 ${this.#point(upper)}`;

  #code(section: string, code: string): string {
    const entries = this.#codes[section] ?? {};
    return Object.hasOwn(entries, code) ? entries[code]![this.#lang] : code;
  }
  #title = (list: readonly Titled[], id: string): string => list.find((one) => one.id === id)?.title[this.#lang] ?? id;
  get #criteria(): Titled[] {
    return this.#document.pillars.flatMap((pillar) => pillar.criteria);
  }
  #named(part: { kind: string; id: string; source?: string | null }): string {
    if (part.kind === 'criterion') return this.#title(this.#criteria, part.id);
    if (part.kind === 'credit') return this.#title(this.#document.credits, part.id);
    return part.kind === 'finding' ? this.#t('findingOf', { id: part.id, source: part.source ?? '' }) : this.#t('baseline');
  }

  /** The tiers from best to worst, the unrated last. */
  get #tiers(): Tier[] {
    const { earned, imposed } = this.#document.tiers;
    const looks = (kind: string, list: readonly Titled[]): Tier[] =>
      list.map(({ id, title }, n) => ({ id, look: kind + Math.min(n, 2), title: title[this.#lang] }));
    const plain = (id: string, look: string): Tier => ({ id, look, title: this.#code('tiers', id) });
    return [...looks('e', earned), plain('standard', 's'), ...looks('i', imposed).reverse(), plain('unrated', 'u')];
  }
  #tier = (id: string): Tier => this.#tiers.find((tier) => tier.id === id) ?? { id, look: 's', title: id };

  #glyph = (look: string): SVGElement =>
    drawn(`glyph ${look}${/^(e0|s|i0)$/.test(look) ? '' : ' o'}`, 12, GLYPHS[look] ?? 'M6 1.4a4.6 4.6 0 1 0 .01 0Z');

  // ---- the page

  #render(): void {
    if (!this.#ready || !this.shadowRoot) return;
    cancelAnimationFrame(this.#frame);
    const root = this.shadowRoot, focused = root.activeElement?.getAttribute('data-k');
    const caret = root.activeElement instanceof HTMLInputElement && root.activeElement.type === 'search' ? root.activeElement.selectionStart : null;
    if (!root.firstChild) {
      // A sheet of this kind is no inline style, which a strict content security policy would refuse.
      root.adoptedStyleSheets = [(sheet ??= made())];
      root.append(h('div.root', {}), h('p.sr', { role: 'status', 'aria-live': 'polite' }));
    }
    const [body, status] = root.children as unknown as [HTMLElement, HTMLElement];
    body.lang = status.lang = this.#lang;
    const step = this.#steps[this.#at];
    if (!step) {
      sync(body, h('div.card.alert', { role: 'alert' }, h('h3', {}, this.#t('loadFault')), h('ul.list', {}, (this.#faults ?? []).map((fault) =>
        h('li', {}, `${this.#code('errors', fault.code)}. `, h('code', {}, `${fault.path}: ${fault.found}`))))));
      status.textContent = '';
      return;
    }
    const now = step.assessment, before = this.#steps[0]!.assessment;
    const facts = (one: Assessment): unknown[] => [one.score, one.interval, one.tier, one.coverage];
    sync(body, this.#head(step), this.#keep('notice', () => this.#notice()), this.#bar(step), sync(this.#lasting('cols', 'div.cols'),
      sync(this.#lasting('left', 'div.col'),
        sync(this.#lasting('hero box', 'div.held'), this.#lasting('mark', 'span.mark'), this.#keep('hero', () => this.#heroCard(step), facts(now), facts(before), now.valid_until, now.sectors, now.exempt)),
        this.#keep('review', () => this.#review(now), now.human_review),
        this.#keep('waterfall', () => this.#waterfall(step), now.waterfall, now.tier, now.score, this.#all),
        this.#keep('reasons', () => this.#reasons(now), now.reasons), this.#path(step)),
      sync(this.#lasting('right', 'div.col'),
        this.#day(step),
        this.#keep('difference', () => this.#difference(step), this.#at === 0, facts(now), facts(before), now.waterfall, before.waterfall),
        this.#evidence(step),
        this.#keep('measures', () => this.#measures(now), now.measures), this.#keep('pending', () => this.#pending(now), now.pending, now.tier),
        this.#keep('aside', () => this.#aside(step), now.set_aside), this.#keep('contest', () => this.#contest()))));
    if (!this.#hero && globalThis.IntersectionObserver) {
      // The bar repeats the score only while the score itself is out of sight.
      this.#hero = new IntersectionObserver((seen) => {
        const last = seen.at(-1);
        body.classList.toggle('past', !!last && !last.isIntersecting && last.boundingClientRect.top < 0);
      }, { rootMargin: '0px 0px 1000000px' });
      this.#hero.observe(this.#lasting('mark', 'span.mark'));
    }
    const target = focused == null ? null : root.querySelector<HTMLElement>(`[data-k=${CSS.escape(focused)}]`);
    const moved = target && target !== root.activeElement;
    if (moved) target.focus({ preventScroll: true });
    if (moved && target instanceof HTMLInputElement && caret !== null) target.setSelectionRange(caret, caret);
    const { interval } = now;
    const said = now.tier === 'unrated'
      ? this.#t('saidUnrated', { lower: this.#point(interval.lower), upper: this.#point(interval.upper) })
      : this.#t('said', { score: this.#point(now.score), tier: this.#tier(now.tier).title });
    if (status.textContent !== said) status.textContent = said;
  }

  /** What was made before, where nothing that it shows has changed. */
  #keep(name: string, make: () => Child, ...shown: unknown[]): Child {
    const of = JSON.stringify([this.#epoch, this.#lang, this.readOnly, ...shown]), old = this.#kept.get(name);
    if (old?.of === of) return old.node;
    const node = make();
    this.#kept.set(name, { of, node });
    return node;
  }

  /** An element that stays; what is in it is brought up to date. */
  #lasting = <K extends keyof HTMLElementTagNameMap>(name: string, tag: K | `${K}.${string}`, attributes: Attributes = {}): HTMLElementTagNameMap[K] => {
    const old = this.#kept.get(name);
    if (old) return old.node as HTMLElementTagNameMap[K];
    const node = h(tag, attributes);
    this.#kept.set(name, { of: '', node });
    return node;
  };

  #button(key: string, attributes: Attributes, ...children: Child[]): HTMLButtonElement {
    return h('button.btn', { type: 'button', 'data-k': key, ...attributes }, ...children);
  }

  #card(name: string, title: string, ...children: Child[]): HTMLElement {
    return h('section.card', { 'aria-labelledby': `h-${name}` }, h('h3', { id: `h-${name}` }, title), ...children);
  }

  #head(step: Step): HTMLElement {
    const lang = this.#lang, dark = this.getAttribute('theme') === 'dark'
      || (this.getAttribute('theme') !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    const languages = ([['en', 'English'], ['vi', 'Tiếng Việt']] as const).map(([code, name]) =>
      this.#button(`lang-${code}`, { lang: code, 'aria-pressed': String(lang === code), onclick: () => this.setAttribute('lang', code) }, name));
    return h('div.head', {}, h('h2', {}, h('span.soft', {}, `${this.#t('preview')}: `), step.assessment.subject || this.#t('none')),
      h('div.tools', {}, h('div.seg', { role: 'group', 'aria-label': this.#t('language') }, languages),
        this.#button('theme', { 'aria-pressed': String(dark), title: this.#t('theme'), 'aria-label': this.#t('theme'), onclick: () => this.setAttribute('theme', dark ? 'light' : 'dark') }, icon('theme'))));
  }

  /** What stays in sight while the page scrolls: the score, what changed, undo. */
  #bar({ assessment: { tier: id, score, interval } }: Step): HTMLElement {
    const tier = this.#tier(id), rated = id !== 'unrated';
    const history = !this.readOnly && h('div.tools', {},
      this.#button('undo', { disabled: !this.#at, onclick: () => this.undo() }, icon('undo'), h('span.word', {}, this.#t('undo'))),
      this.#button('redo', { disabled: this.#at === this.#steps.length - 1, onclick: () => this.redo() }, icon('redo'), h('span.word', {}, this.#t('redo'))));
    // The status says it to those who do not see it.
    return sync(this.#lasting('bar', 'div.bar'), h('p.mini', { 'aria-hidden': 'true' }, rated && h('b', {}, this.#point(score)),
      h(`span.tier.${tier.look}`, {}, this.#glyph(tier.look), tier.title), !rated && h('span.soft', {}, this.#span(interval)), this.#delta()), history);
  }

  /** How the score differs from that at the start. */
  #delta(): Child {
    const now = this.#steps[this.#at]!.assessment, before = this.#steps[0]!.assessment;
    const change = now.tier !== 'unrated' && before.tier !== 'unrated' ? tenths(now.score) - tenths(before.score) : 0;
    return change !== 0 && h(`span.delta.${change > 0 ? 'up' : 'down'}`, {}, `${this.#signed(change / 10)} `, h('span.small', {}, this.#t('sinceStart')));
  }

  #notice(): HTMLElement {
    const { title, version, notice } = this.#document;
    const policy = `${title[this.#lang]}, ${version}`;
    return h('p.note', { role: 'note' }, h('b', {}, this.#t('previewNote', { policy })), ' ', notice[this.#lang]);
  }

  #heroCard({ assessment }: Step): HTMLElement {
    const { tier: id, score, interval, coverage } = assessment;
    const tier = this.#tier(id), rated = id !== 'unrated', before = this.#steps[0]!.assessment;
    const confidence = this.#f.share(this.#document.confidence), ends = { lower: this.#point(interval.lower), upper: this.#point(interval.upper) };
    const fact = (name: string, value: string, small?: string): HTMLElement => h('div', {}, h('dt', {}, name), h('dd', {}, value, small && h('span.soft.small', {}, ` ${small}`)));
    const sectors = (ids: readonly string[]): string => ids.map((one) => this.#code('sectors', one)).join(', ') || '\u2013';
    return h('section.card', { 'aria-label': this.#t('total') },
      h('div.hero', {},
        rated ? h('p.big', {}, this.#point(score), h('small', {}, this.#t('outOf'))) : h('p.big.text', {}, tier.title),
        rated && h(`p.tier.${tier.look}`, {}, this.#glyph(tier.look), tier.title), this.#delta()),
      h('p.soft', {}, rated ? this.#t('likely', { ...ends, p: confidence }) : this.#t('notRatedWhy', ends)),
      this.#scale(assessment, before), h('p.soft.small', {}, this.#t('tNote')),
      h('dl.facts', {}, fact(this.#t('coverage'), this.#f.share(coverage), this.#t('coverageNote')), fact(this.#t('validUntil'), this.#date(assessment.valid_until)),
        fact(this.#t('sectorsFor'), sectors(assessment.sectors.favourable)), fact(this.#t('sectorsAgainst'), sectors(assessment.sectors.adverse)),
        assessment.exempt.length > 0 && fact(this.#t('exempt'), assessment.exempt.map((one) => this.#title(this.#criteria, one)).join(', '))));
  }

  /** Where the thresholds of the tiers lie, worst first. */
  #zones(): { tier: Tier; from: number; to: number }[] {
    const { earned, imposed } = this.#document.tiers, zones: { tier: Tier; from: number; to: number }[] = [];
    let from = 0;
    const until = (tier: Tier, to: number): void => {
      if (to > from) zones.push({ tier, from, to });
      from = Math.max(from, to);
    };
    for (const { id, upper_below } of imposed) until(this.#tier(id), upper_below);
    const rising = [...earned].reverse();
    until(this.#tier('standard'), rising[0]?.lower_at_least ?? 100);
    rising.forEach(({ id }, n) => until(this.#tier(id), rising[n + 1]?.lower_at_least ?? 100));
    return zones;
  }

  #scale({ tier, score, interval }: Assessment, before: Assessment): HTMLElement {
    const zones = this.#zones(), rated = tier !== 'unrated', { look } = this.#tier(tier);
    const ends = { lower: this.#point(interval.lower), upper: this.#point(interval.upper) };
    const words = zones.map(({ tier: { title }, from, to }) => this.#t('zone', { tier: title, from: this.#whole(from), to: this.#whole(to) })).join('; ');
    const label = this.#t('scale', { ...ends, score: rated ? this.#t('scaleAt', { score: this.#point(score) }) : '', zones: words });
    const grow = ({ from, to }: { from: number; to: number }): string => `flex:${to - from} 1 0`;
    const was = before.tier !== 'unrated' && rated && before.score !== score;
    return h('div.scale', { role: 'img', 'aria-label': label },
      h('div.names', {}, zones.map((zone) => h('span', { style: grow(zone), title: zone.tier.title }, zone.tier.title))),
      h('div.zones', {}, zones.map((zone) => h(`span.${zone.tier.look}`, { style: grow(zone) }))),
      h('div.range', {}, was && h('span.was', { style: `left:${before.score}%`, title: this.#t('previous') }),
        h(`span.band.${look}`, { style: `left:${interval.lower}%;width:${Math.max(0, interval.upper - interval.lower)}%` }),
        rated && h('span.dot', { style: `left:${score}%` })),
      h('div.ticks', {}, [...new Set([0, ...zones.map((zone) => zone.from), 100])].sort((a, b) => a - b).map((at) => h('span', { style: `left:${at}%` }, this.#whole(at)))));
  }

  #review({ human_review }: Assessment): Child {
    if (!human_review.required) return null;
    return h('section.card.alert', { 'aria-labelledby': 'h-review' }, h('h3.flag', { id: 'h-review' }, icon('person'), this.#t('review')),
      h('ul.list', {}, human_review.reasons.map(({ text, records }) => h('li', {}, text[this.#lang], records.length > 0 && h('p.rec', {}, this.#keys(records))))));
  }

  #keys = (records: readonly { source: string; id: string }[]): string => {
    const shown = records.slice(0, 6).map(({ source, id }) => this.#t('recordOf', { id, source }));
    return shown.join(' \u00b7 ') + (records.length > 6 ? ` \u00b7 ${this.#t('omitted', { n: records.length - 6 })}` : '');
  };

  #waterfall({ assessment }: Step): HTMLElement {
    const rated = assessment.tier !== 'unrated';
    const zero = (part: Part): boolean => part.points === 0 && part.kind !== 'baseline';
    let at = 0;
    const rows = assessment.waterfall.map((part) => {
      const from = at;
      at += part.points;
      if (zero(part) && !this.#all) return null;
      const look = part.kind === 'baseline' ? 'baseline' : part.points < 0 ? 'down' : part.kind === 'credit' ? 'credit' : 'up';
      return h('li', {}, h('span', {}, this.#named(part)),
        h('span.track', { 'aria-hidden': 'true' }, h(`i.b-${look}`, { style: `left:${Math.min(from, at)}%;width:${Math.abs(part.points)}%` })),
        h(`span.pts${part.points < 0 ? '.neg' : ''}`, {}, part.kind === 'baseline' ? this.#point(part.points) : this.#signed(part.points)));
    });
    const hidden = assessment.waterfall.filter(zero).length;
    const { look } = this.#tier(assessment.tier);
    return this.#card('wf', this.#t(rated ? 'waterfall' : 'waterfallUnrated'),
      !rated && h('p.soft.small', {}, this.#t('waterfallUnratedNote')),
      h('ol.wf', {}, rows, h('li.sum', {}, h('span', {}, this.#t(rated ? 'total' : 'totalUnrated')),
        h('span.track', { 'aria-hidden': 'true' }, h(`i.b-total.${look}`, { style: `left:0;width:${assessment.score}%` })), h('span.pts', {}, this.#point(assessment.score)))),
      hidden > 0 && this.#button('zero', { 'aria-expanded': String(this.#all), onclick: () => { this.#all = !this.#all; this.#render(); } },
        this.#all ? this.#t('hideZero') : this.#t('showAll', { n: hidden })));
  }

  #reasons({ reasons }: Assessment): HTMLElement {
    return this.#card('why', this.#t('reasons'), h('ol.list', {}, reasons.map((reason) => {
      // That little is known costs no points of the subject's own.
      const points = reason.code === 'little-evidence' ? '' : reason.part.kind === 'baseline' ? this.#point(reason.points) : this.#signed(reason.points);
      const adverse = reason.points < 0, more = reason.records.length + reason.records_omitted;
      return h('li.reason', {}, h(`span.pts${adverse ? '.neg' : reason.part.kind === 'baseline' ? '' : '.pos'}`, {}, points),
        h('div', {}, h('p', {}, reason.text[this.#lang]), h('p.soft.small', {}, h('span', {}, `${this.#t('change')}: `), reason.change[this.#lang]),
          more > 0 && h('p.rec', {}, `${this.#t('records')}: `, this.#keys(reason.records)),
          reason.basis.length > 0 && h('p.rec', {}, `${this.#t('basis')}: ${reason.basis.join('; ')}`)));
    })));
  }

  #day(step: Step): Child {
    if (this.readOnly) return null;
    const show = (text: string): void => {
      if (text === this.#steps[this.#at]!.asOf || Number.isNaN(dayOf(text))) return;
      try {
        const { ledger, records } = this.#steps[this.#at]!;
        // While the slider moves it is one step, not one a day.
        const next = this.#step(ledger, records, text);
        if (this.#slide === this.#at && this.#at > 0) {
          this.#steps[this.#at] = next;
          this.#changed('date');
        } else {
          this.#do(next, 'date');
          this.#slide = this.#at;
        }
      } catch (error) {
        if (!(error instanceof UytinError)) throw error;
      }
    };
    const at = (event: Event): string => textOf(Number((event.target as HTMLInputElement).value));
    const slide = (event: Event): void => {
      const day = at(event);
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => show(day));
    };
    const done = (event: Event): void => {
      cancelAnimationFrame(this.#frame);
      show(at(event));
      this.#slide = undefined;
    };
    const typed = (event: Event): void => {
      this.#slide = undefined;
      show((event.target as HTMLInputElement).value);
      this.#slide = undefined;
    };
    // The inputs stay while they are used: a new slider would drop the pointer that drags it.
    const make = (): HTMLElement => this.#card('day', this.#t('dateTitle'), h('div.slider', {}, h('p.soft.small', {}, this.#t('dateHelp')),
      h('input.date', { type: 'date', 'data-k': 'date', 'aria-labelledby': 'h-day', onchange: typed }), h('input', { type: 'range', 'data-k': 'slide', step: 1, oninput: slide, onchange: done }), h('div.ends', { 'aria-hidden': 'true' })));
    const card = this.#keep('day', make) as HTMLElement;
    const start = dayOf(this.#steps[0]!.asOf), horizon = Math.min(this.#document.horizon_days, 1825), now = dayOf(step.asOf);
    const from = Math.min(start - 365, now), to = Math.max(start + horizon, now), ends = [from, now, to].map((day) => this.#date(textOf(day)));
    const [typing, slider] = card.querySelectorAll('input') as unknown as [HTMLInputElement, HTMLInputElement];
    if (typing.value !== step.asOf) typing.value = step.asOf;
    Object.assign(slider, { min: String(from), max: String(to), value: String(now) });
    slider.setAttribute('aria-label', this.#t('dateSlide', { from: ends[0]!, to: ends[2]! }));
    slider.setAttribute('aria-valuetext', ends[1]!);
    sync(card.querySelector('.ends')!, ends.map((end, n) => h(n === 1 ? 'b' : 'span', {}, end)));
    return card;
  }

  #difference({ assessment: now }: Step): Child {
    const before = this.#steps[0]!.assessment;
    if (this.readOnly) return null;
    if (this.#at === 0) return this.#card('diff', this.#t('changeTitle'), h('p.soft', {}, this.#t('noChange')));
    const rated = now.tier !== 'unrated' && before.tier !== 'unrated';
    const parts = new Map<string, { part: Part; change: number }>();
    const count = (part: Part, sign: number): void => {
      const key = partKey(part), change = (parts.get(key)?.change ?? 0) + sign * tenths(part.points);
      parts.set(key, { part, change });
    };
    before.waterfall.forEach((part) => count(part, -1));
    now.waterfall.forEach((part) => count(part, 1));
    const changed = [...parts.values()].filter(({ change }) => change !== 0).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
    const need = this.#f.share(this.#document.tiers.rated_coverage);
    const lines = [
      now.tier !== before.tier && this.#t('tierWas', { was: this.#tier(before.tier).title, now: this.#tier(now.tier).title }),
      !same(now.interval, before.interval) && this.#t('rangeWas', { was: this.#span(before.interval), now: this.#span(now.interval) }),
      !rated && this.#t('coverageWas', { was: this.#f.share(before.coverage), now: this.#f.share(now.coverage), need }),
    ];
    return this.#card('diff', this.#t('changeTitle'), lines.map((line) => line && h('p.small', {}, line)),
      changed.length === 0 && h('p.soft', {}, this.#t('same')),
      h('ul.diff', {}, changed.map(({ part, change }) => h('li', {}, h('span', {}, this.#named(part)), h(`span.pts.${change < 0 ? 'neg' : 'pos'}`, {}, this.#signed(change / 10))))),
      this.#button('reset', { onclick: () => this.reset() }, this.#t('reset')));
  }

  // ---- evidence

  #evidence(step: Step): HTMLElement {
    if (this.#sorted.of !== step.records) {
      const list = [...step.records].sort(([one, a], [other, b]) => (a.date < b.date ? 1 : a.date > b.date ? -1 : one < other ? -1 : 1));
      this.#sorted = { of: step.records, list: list.map(([, record]) => record) };
    }
    const records = this.#sorted.list, wanted = fold(this.#find.trim());
    const found = wanted ? records.filter((record) => fold(`${record.id} ${record.source} ${this.#about(record)} ${record.type}`).includes(wanted)) : records;
    const rows = found.slice(0, this.#shown), keys = rows.map(keyOf), seen = new Set(keys);
    const aside = new Map<string, string>();
    for (const one of step.assessment.set_aside) {
      const key = keyOf(one);
      if (seen.has(key)) aside.set(key, one.reason);
    }
    const find = (event: Event): void => {
      this.#find = (event.target as HTMLInputElement).value;
      this.#shown = 12;
      this.#render();
    };
    const search = (): Child => h('div.search', {}, h('input', { type: 'search', 'data-k': 'find', 'aria-label': this.#t('find'), placeholder: this.#t('find'), value: this.#find, oninput: find }));
    const adding = this.#form && !this.#form.editing;
    return sync(this.#lasting('evidence', 'section.card', { 'aria-labelledby': 'h-evidence' }),
      this.#keep('evidence title', () => h('h3', { id: 'h-evidence' }, this.#t('evidence'))),
      !this.readOnly && this.#keep('evidence help', () => h('p.soft.small', {}, this.#t('evidenceHelp'))),
      !this.readOnly && (adding ? this.#editor() : this.#keep('add', () => this.#button('add', { class: 'btn main', onclick: () => this.#open('observation') }, icon('plus'), this.#t('add')))),
      records.length > 6 && this.#keep('search', search),
      records.length === 0 ? h('p.soft', {}, this.#t('noRecords')) : h('p.soft.small.count', {}, this.#t('shown', { n: rows.length, total: records.length })),
      sync(this.#lasting('records', 'ul.list.recs'), rows.map((record, n) => this.#row(keys[n]!, record, aside.get(keys[n]!)))),
      found.length > rows.length && this.#button('more', { class: 'btn more', onclick: () => { this.#shown += 50; this.#render(); } }, this.#t('more')));
  }

  #about = (record: Evidence): string => this.#title(record.type === 'credit' ? this.#document.credits : this.#criteria, record.criterion);

  #detail(record: Evidence): string {
    switch (record.type) {
      case 'observation': return this.#t('held', { passed: record.passed, failed: record.failed });
      case 'finding': {
        const reach = record.reach ? `, ${this.#t('people', { n: record.reach })}` : '';
        return `${this.#title(this.#document.findings.severities, record.severity)}, ${this.#code('statuses', record.status)}${reach}`;
      }
      case 'credit': return `${this.#t('amount')}: ${this.#whole(record.amount ?? 1)}`;
      default: return this.#t('exempt');
    }
  }

  #row(key: string, record: Evidence, reason: string | undefined): HTMLElement {
    if (this.#form?.editing === key) return h('li', {}, this.#editor());
    const start = this.#steps[0]!.records.get(key), of = `${this.#lang} ${this.readOnly} ${reason}`, old = this.#rows.get(key);
    if (old?.of === of && old.record === record && old.start === start) return old.node;
    const node = this.#newRow(key, record, start, reason);
    this.#rows.set(key, { of, record, start, node });
    return node;
  }

  #newRow(key: string, record: Evidence, start: Evidence | undefined, reason: string | undefined): HTMLElement {
    const state = !start ? this.#t('added') : same(start, record) ? '' : this.#t('edited');
    const name = this.#t('recordOf', { id: record.id, source: record.source });
    const act = (what: 'edit' | 'withdraw' | 'restore' | 'contestAct' | 'overturn', run: () => void): HTMLElement =>
      this.#button(`${what} ${key}`, { 'aria-label': this.#t('of', { act: this.#t(what), record: name }), onclick: run }, this.#t(what));
    const put = (change: object): void => {
      try {
        this.#put({ ...record, ...change } as Evidence, 'edit');
      } catch (error) {
        if (!(error instanceof UytinError)) throw error;
      }
    };
    const open = record.type === 'finding' && !record.withdrawn;
    return h(`li.row${reason ? '.off' : ''}`, {},
      h('div.what', {}, h('p', {}, h('b', {}, this.#about(record)), state && h('span.tag.new', {}, state), record.withdrawn && h('span.tag', {}, this.#t('withdrawn'))),
        h('p.small', {}, this.#detail(record)),
        h('p.rec', {}, `${this.#code('types', record.type)} \u00b7 ${this.#date(record.date)} \u00b7 ${name} (${this.#code('sources', record.source_class)})`),
        reason && reason !== 'withdrawn' && h('p.rec', {}, `${this.#t('setAside')}: ${this.#code('set_aside', reason)}`)),
      !this.readOnly && h('div.act', {},
        open && record.status !== 'under-appeal' && record.status !== 'overturned' && record.status !== 'alleged' && act('contestAct', () => put({ status: 'under-appeal' })),
        open && record.status !== 'overturned' && act('overturn', () => put({ status: 'overturned' })),
        !record.withdrawn && act('edit', () => this.#open(record.type, record)),
        record.withdrawn ? act('restore', () => put({ withdrawn: undefined })) : act('withdraw', () => put({ withdrawn: true }))));
  }

  #open(kind: (typeof KINDS)[number], record?: Evidence): void {
    const values: { [name: string]: string } = { date: this.asOf };
    for (const [name, value] of Object.entries(record ?? {})) values[name] = String(value ?? '');
    this.#form = { editing: record && keyOf(record), kind, values, faults: [] };
    this.#render();
    this.shadowRoot?.querySelector<HTMLElement>('form select, form input')?.focus();
  }

  /** The form for a record: a new one, or a further revision of one that is there. */
  #editor(): HTMLFormElement {
    const form = this.#form!, { editing, kind, values } = form, lang = this.#lang;
    type Options = readonly (readonly [string, string])[];
    const wrap = (name: string, label: string, input: HTMLElement): HTMLElement => {
      const fault = form.faults.find(({ path }) => path.endsWith(`.${name}`));
      if (fault) {
        input.setAttribute('aria-invalid', 'true');
        input.setAttribute('aria-describedby', `f-${name}`);
      }
      return h('label.field', {}, h('span', {}, label), input, fault && h('span.fault', { id: `f-${name}` }, values[name] ? `${this.#code('errors', fault.code)}: ${fault.expected}` : this.#t('required')));
    };
    const select = (name: string, label: string, groups: readonly (readonly [string, Options])[], disabled = false): HTMLElement => {
      const options = (list: Options): HTMLElement[] => list.map(([value, text]) => h('option', { value, selected: value === values[name] }, text));
      const known = groups.some(([, list]) => list.some(([value]) => value === values[name]));
      return wrap(name, label, h('select', { name, disabled, 'data-k': `f ${name}`, onchange: keep }, values[name] && !known && h('option', { value: values[name], selected: true }, values[name]),
        groups.map(([group, list]) => (group ? h('optgroup', { label: group }, options(list)) : options(list)))));
    };
    const input = (name: string, label: string, attributes: Attributes): HTMLElement =>
      wrap(name, label, h('input', { name, 'data-k': `f ${name}`, value: values[name] ?? '', autocomplete: 'off', oninput: keep, ...attributes }));
    const keep = (event: Event): void => {
      const { name, value } = event.target as HTMLInputElement;
      values[name] = value;
    };
    const pick = (event: Event): void => {
      form.kind = (event.target as HTMLSelectElement).value as typeof kind;
      delete values['criterion'];
      form.faults = [];
      this.#render();
    };
    const list = (all: readonly Titled[]): Options => all.map(({ id, title }) => [id, title[lang]]);
    const classes = Object.keys(this.#document.sources).map((id) => [id, this.#code('sources', id)] as const);
    const whole = { type: 'number', min: 0, step: 1, inputmode: 'numeric' };
    const criteria: [string, Options][] = kind === 'credit' ? [['', list(this.#document.credits)]]
      : this.#document.pillars.map((pillar) => [pillar.title[lang], list(pillar.criteria.filter((one) => kind !== 'exemption' || one.exemptable))]);
    const types = KINDS.map((one) => h('option', { value: one, selected: one === kind }, this.#code('types', one)));
    const fields: Child = kind === 'observation' ? [input('passed', this.#t('passed'), whole), input('failed', this.#t('failed'), whole)]
      : kind === 'finding' ? [select('severity', this.#t('severity'), [['', list(this.#document.findings.severities)]]),
        select('status', this.#t('status'), [['', STATUSES.map((one) => [one, this.#code('statuses', one)] as const)]]),
        input('reach', this.#t('reach'), whole), input('incident', this.#t('incident'), { type: 'text' })]
      : kind === 'credit' ? input('amount', this.#t('amount'), { type: 'number', min: 0.001, max: 1000, step: 'any', inputmode: 'decimal' }) : null;
    const other = form.faults.filter(({ path }) => !/\.(passed|failed|reach|amount|date|source)$/.test(path));
    const close = (): void => {
      this.#form = undefined;
      this.#render();
      this.shadowRoot?.querySelector<HTMLElement>(`[data-k=${CSS.escape(editing ? `edit ${editing}` : 'add')}]`)?.focus();
    };
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const data = new FormData(event.target as HTMLFormElement);
      this.#submit(Object.fromEntries([...data].map(([name, value]) => [name, String(value)])));
    };
    return h('form.form', { novalidate: true, onsubmit: submit, 'aria-label': editing ? this.#t('editing', { id: values['id'] ?? '' }) : this.#t('add') },
      editing ? h('h4.wide', {}, this.#t('editing', { id: values['id'] ?? '' })) : h('label.field', {}, h('span', {}, this.#t('kind')), h('select', { name: 'type', 'data-k': 'f type', onchange: pick }, types)),
      select('criterion', this.#t(kind === 'credit' ? 'credit' : 'criterion'), criteria), select('source_class', this.#t('cls'), [['', classes]]),
      !editing && input('source', this.#t('source'), { type: 'text', placeholder: 'preview' }), input('date', this.#t('date'), { type: 'date' }), fields,
      other.length > 0 && h('p.fault.wide', { role: 'alert' }, other.map(({ code, path, expected }) => `${path}: ${this.#code('errors', code)}, ${expected}`).join(' ')),
      h('div.tools.wide', {}, h('button.btn.main', { type: 'submit', 'data-k': 'save' }, this.#t(editing ? 'save' : 'addNow')), this.#button('cancel', { onclick: close }, this.#t('cancel'))));
  }

  #submit(data: { [name: string]: string }): void {
    const form = this.#form!, now = this.#steps[this.#at]!;
    Object.assign(form.values, data);
    const old = form.editing ? now.records.get(form.editing) : undefined;
    const record: { [name: string]: unknown } = { ...old, type: form.kind };
    for (const [name, value] of Object.entries(data)) {
      if (name === 'type') continue;
      const number = ['passed', 'failed', 'reach', 'amount'].includes(name);
      record[name] = value.trim() === '' ? undefined : number ? Number(value) : value.trim();
    }
    if (!old) {
      record['source'] ??= `preview-${data['source_class']}`;
      let n = now.records.size + 1;
      while (now.records.has(keyOf({ source: String(record['source']), id: `preview-${n}` }))) n += 1;
      record['id'] = `preview-${n}`;
    }
    this.#form = undefined;
    try {
      this.#put(record as unknown as Evidence, old ? 'edit' : 'add');
      this.shadowRoot?.querySelector<HTMLElement>(`[data-k=${CSS.escape(old ? `edit ${keyOf(old)}` : 'add')}]`)?.focus();
    } catch (error) {
      if (!(error instanceof UytinError)) throw error;
      this.#form = { ...form, faults: error.faults };
      this.#render();
      this.shadowRoot?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    }
  }

  // ---- what follows from it

  /** Searches in a worker, so that the page stays free; where none can be started, in the page. */
  async #searched({ ledger, asOf }: Step): Promise<Paths> {
    const policy = this.#policy!, options = { asOf, subject: this.#subject, previousTier: this.#input.previousTier, policy };
    // A step or another search overtakes it.
    const mine = (this.#search = new AbortController());
    let worker: ToolsWorker | undefined;
    mine.signal.addEventListener('abort', () => worker?.terminate());
    try {
      const { toolsWorker } = await import('./worker.js');
      mine.signal.throwIfAborted();
      worker = toolsWorker();
      return await worker.path(ledger, options);
    } catch (error) {
      if (mine.signal.aborted || (error instanceof Error && 'faults' in error)) throw error;
      const tools = await import('./tools.js');
      // A search can take a second or two: what it is about is painted first.
      await new Promise((painted) => setTimeout(painted, 40));
      return tools.path(ledger.toBytes(), { ...options, policy: new tools.Policy(policy.toString()) });
    } finally {
      worker?.terminate();
    }
  }

  /** What reaches each tier above. It is searched for when it is asked for, by an engine that is loaded only then. */
  #path(step: Step): Child {
    const paths = this.#paths?.of === step ? this.#paths.state : undefined;
    const search = async (): Promise<void> => {
      const step = this.#steps[this.#at]!, mine = (this.#paths = { of: step, state: 'asked' as 'asked' | 'failed' | Paths });
      this.#render();
      try {
        mine.state = await this.#searched(step);
      } catch {
        mine.state = 'failed';
      }
      this.#render();
    };
    const shown = typeof paths === 'object' ? paths.paths.map(({ tier, text }) => [tier, text[this.#lang]]) : paths;
    const make = (): HTMLElement => this.#card('path', this.#t('pathTitle'), h('p.soft.small', {}, this.#t('pathHelp')),
      !paths && this.#button('path', { onclick: search }, this.#t('pathAct')),
      h('div', { 'aria-live': 'polite' }, paths === 'asked' && h('p', {}, this.#t('pathBusy')), paths === 'failed' && h('p.fault', {}, this.#t('pathFault')),
        typeof paths === 'object' && (paths.paths.length === 0 ? h('p', {}, this.#t('pathTop')) : h('ol.list', {}, paths.paths.map(({ tier: id, text }) => {
          const tier = this.#tier(id);
          return h('li', {}, h(`p.tier.${tier.look}`, {}, this.#glyph(tier.look), tier.title), h('p', {}, text[this.#lang]));
        })))));
    return this.#keep('path', make, shown);
  }

  #measures({ measures }: Assessment): Child {
    if (!measures.length) return null;
    return this.#card('measures', this.#t('measures'), h('p.soft.small', {}, this.#t('proposal')), h('ul.list', {}, measures.map(({ id, triggers, until }) => {
      const because = triggers.map((trigger) => trigger.kind === 'tier' ? this.#t('trigTier', { tier: this.#tier(trigger.id).title }) : trigger.kind === 'criterion' ? this.#title(this.#criteria, trigger.id) : this.#t('findingOf', trigger));
      return h('li', {}, h('b', {}, this.#title(this.#document.measures, id)), h('p.rec', {}, `${this.#t('because')}: ${because.join(' \u00b7 ')}`), until && h('p.rec', {}, this.#t('until', { date: this.#date(until) })));
    })));
  }

  #pending({ pending, tier }: Assessment): Child {
    if (!pending) return null;
    return this.#card('pending', this.#t('pending'), h('p.soft', {}, tier === 'unrated' ? this.#t('pendingUnrated') : this.#t('pendingText', { score: this.#point(pending.score_if_upheld) })),
      h('p.rec', {}, this.#keys(pending.findings)));
  }

  #aside({ assessment: { set_aside } }: Step): Child {
    if (!set_aside.length) return null;
    return this.#card('aside', this.#t('setAside'), h('p.soft.small', {}, this.#t('setAsideHelp')),
      h('ul.list', {}, set_aside.slice(0, 20).map((one) => h('li', {}, this.#code('set_aside', one.reason), h('p.rec', {}, this.#t('recordOf', one))))),
      set_aside.length > 20 && h('p.soft.small', {}, this.#t('omitted', { n: set_aside.length - 20 })));
  }

  #contest(): HTMLElement {
    return this.#card('contest', this.#t('contest'), h('ol.steps', {}, (['contest1', 'contest2', 'contest3'] as const).map((key) => h('li', {}, h('span', {}, this.#t(key))))));
  }
}

if (globalThis.customElements && !customElements.get('uytin-preview')) customElements.define('uytin-preview', UytinPreview);

declare global {
  interface HTMLElementTagNameMap {
    'uytin-preview': UytinPreview;
  }
  interface HTMLElementEventMap {
    'uytin-change': CustomEvent<PreviewChange>;
  }
}
