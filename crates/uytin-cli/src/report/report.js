(() => {
'use strict';
// Every text reaches the page through textContent or setAttribute; nothing is parsed as HTML.
const S = Object.assign({}, /*{{STRINGS}}*/);
const D = JSON.parse(document.getElementById('data').textContent);
const P = D.policy || {}, A = D.assessments || [], root = document.documentElement;
const $ = id => document.getElementById(id), HID = { 'aria-hidden': 'true' };
let lang = S[D.lang] ? D.lang : 'en';

// ---- elements

const put = (e, kids) => {
  for (const k of kids.flat(9)) if (k != null && k !== false) e.append(k);
  return e;
};
// h('p.a.b', { attribute: … }?, ...children)
const h = (tag, o, ...kids) => {
  const [name, ...cls] = tag.split('.'), e = document.createElement(name);
  if (cls.length) e.className = cls.join(' ');
  if (o?.constructor !== Object) kids.unshift(o);
  else for (const [k, v] of Object.entries(o)) {
    if (v == null || v === false) continue;
    if (k === 'style') for (const p in v) e.style.setProperty(p, v[p]);
    else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v === true ? '' : v);
  }
  return put(e, kids);
};
const th = (scope, s) => h('th', { scope }, s);
const region = table => h('div.scrollx', { tabindex: '0', role: 'region', 'aria-label': t('asTable') }, table);
const button = (...a) => { const b = h('button.btn', ...a); b.type = 'button'; return b; };
const v = (tag, o, ...kids) => {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const k in o) if (o[k] != null) e.setAttribute(k, o[k]);
  return put(e, kids);
};
const line = (cls, x1, x2, y1, y2) => v('line', { class: cls, x1, x2, y1, y2 });
const text = (x, y, anchor, s) => v('text', { x, y, 'text-anchor': anchor }, s);
const icon = d => v('svg', { viewBox: '0 0 16 16', ...HID }, v('path', { d }));
const PERSON = 'M8 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14.5c.4-3 2.6-4.5 5.5-4.5s5.1 1.5 5.5 4.5';

// ---- words and numbers

const t = (key, o = {}) => {
  const d = S[lang], s = (o.n === 1 && d[key + '_one']) || d[key] || key;
  return s.replace(/\{(\w+)\}/g, (m, k) => o[k] == null ? m : typeof o[k] === 'number' ? nf(o[k]) : o[k]);
};
const T = x => x == null ? '' : typeof x === 'object' ? (x[lang] ?? x.en ?? T(x.title ?? x.text)) : String(x);
const code = (map, id) => T((D.codes || {})[map]?.[id]) || String(id ?? '');
let fmt;
const setFormats = () => {
  const l = lang === 'vi' ? 'vi-VN' : 'en-GB';
  const f = o => { const n = new Intl.NumberFormat(l, o); return x => n.format(x).replace('-', '\u2212'); };
  const day = new Intl.DateTimeFormat(l, { timeZone: 'UTC', day: 'numeric', month: lang === 'vi' ? 'numeric' : 'short', year: 'numeric' });
  fmt = {
    n: f({}), pt: f({ minimumFractionDigits: 1, maximumFractionDigits: 1 }), pct: f({ style: 'percent', maximumFractionDigits: 0 }),
    sg: f({ minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' }), th: f({ maximumFractionDigits: 1 }),
    date: s => { const x = new Date(s + 'T00:00:00Z'); return isNaN(x) ? String(s ?? '\u2013') : day.format(x); },
  };
};
const nf = x => fmt.n(x), pt = x => x == null ? '\u2013' : fmt.pt(x), pct = x => x == null ? '\u2013' : fmt.pct(x), date = s => fmt.date(s);

// ---- what the policy says: tiers from best to worst, the unrated last

const index = list => new Map((list || []).map(x => [x.id, x]));
const earned = P.tiers?.earned || [], imposed = P.tiers?.imposed || [];
const tiers = [...earned.map((x, i) => ({ ...x, cls: 'e' + Math.min(i, 2) })), { id: 'standard', cls: 's' },
  ...imposed.map((x, i) => ({ ...x, cls: 'i' + Math.min(i, 2) })).reverse(), { id: 'unrated', cls: 'u' }];
for (const a of A) if (!tiers.some(x => x.id === a.tier)) tiers.splice(-1, 0, { id: a.tier, cls: 's' });
const tierIx = new Map(tiers.map((x, i) => [x.id, i]));
const tierOf = a => tiers[tierIx.get(a.tier)];
const tierName = x => T(x.title) || code('tiers', x.id);
const pillars = index(P.pillars), credits = index(P.credits), measures = index(P.measures), criteria = new Map();
for (const p of P.pillars || []) for (const c of p.criteria || []) criteria.set(c.id, { ...c, pillar: p.id });
const name = (map, id) => T(map.get(id)?.title) || String(id ?? '');
const partName = p => p.kind === 'criterion' ? name(criteria, p.id) : p.kind === 'credit' ? name(credits, p.id)
  : p.kind === 'finding' ? t('findingOf', { id: p.id, source: p.source || '' }) : p.kind === 'baseline' ? t('baseline') : String(p.id ?? '');
const rated = a => a.tier !== 'unrated';
const reviewed = a => a.human_review === true || !!a.human_review?.required;
const mid = m => typeof m === 'string' ? m : m?.id;
const meas = a => a.measures || [];
const lo = a => a.interval?.lower ?? 0, hi = a => a.interval?.upper ?? 100;

const GLYPH = { e0: 'M6 1 11 10.5H1Z', e1: 'M6 1.5 10.5 10.5H1.5Z', e2: 'M1.5 8 6 3.5 10.5 8', s: 'M2 2h8v8H2Z',
  i0: 'M6 11 1 1.5H11Z', i1: 'M6 10.5 1.5 1.5H10.5Z', i2: 'M1.5 4 6 8.5 10.5 4' };
const glyph = c => v('svg', { class: `glyph ${c}${/[es]0?$|i0/.test(c) ? '' : ' o'}`, viewBox: '0 0 12 12', ...HID },
  c === 'u' ? v('circle', { cx: 6, cy: 6, r: 4.6, 'stroke-dasharray': '2.6 2.2' }) : v('path', { d: GLYPH[c] }));
const tierTag = x => h('span', { class: 'tier ' + x.cls }, glyph(x.cls), h('span', tierName(x)));
const spanOf = a => `${pt(lo(a))} \u2013 ${pt(hi(a))}`;
const range = a => h('span.range', HID,
  h('span', { class: `band ${tierOf(a).cls}`, style: { left: lo(a) + '%', width: Math.max(0, hi(a) - lo(a)) + '%' } }),
  rated(a) && a.score != null && h('span.dot', { style: { left: a.score + '%' } }));

// ---- what the person chose

const st = { tiers: new Set(), q: '', review: '', measure: '', sort: 'subject', dir: 1, page: 0, per: 50 };
const fold = s => String(s).normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[đĐ]/g, 'd').toLowerCase();
const bySubject = new Map();
const rows = A.map((a, i) => { if (!bySubject.has(a.subject)) bySubject.set(a.subject, i); return { a, i, key: fold(a.subject) }; });
{
  const c = new Intl.Collator('en', { numeric: true });
  [...rows].sort((x, y) => c.compare(x.key, y.key)).forEach((r, n) => { r.rank = n; });
}
// A column sorts by a number, or by null, which stays last in both directions.
const COLS = [
  ['subject', 'colSubject', r => r.rank, 1], ['tier', 'colTier', r => tierIx.get(r.a.tier), 1],
  ['score', 'colScore', r => rated(r.a) ? r.a.score : null, -1], ['range', 'colRange', r => lo(r.a) + hi(r.a) / 1e4, -1],
  ['coverage', 'coverage', r => r.a.coverage ?? null, -1], ['review', 'colReview', r => +reviewed(r.a), -1],
  ['measures', 'measures', r => meas(r.a).length, -1],
  ['valid', 'validUntil', r => { const d = Date.parse(r.a.valid_until); return isNaN(d) ? null : d; }, 1],
];
let view = [];
const filter = () => {
  const q = fold(st.q.trim());
  view = rows.filter(({ a, key }) => (!q || key.includes(q)) && (!st.tiers.size || st.tiers.has(a.tier))
    && (!st.review || (st.review === 'y') === reviewed(a))
    && (!st.measure || (st.measure === '*' ? meas(a).length > 0 : st.measure === '-' ? !meas(a).length : meas(a).some(m => mid(m) === st.measure.slice(1)))));
  const f = COLS.find(c => c[0] === st.sort)[2];
  for (const r of view) r.k = f(r);
  view.sort((x, y) => (x.k == null) - (y.k == null) || (x.k - y.k) * st.dir || x.rank - y.rank);
};

// ---- head and foot

const seg = () => h('div.seg', { role: 'group', 'aria-label': t('language') }, [['en', 'English'], ['vi', 'Tiếng Việt']].map(([l, s]) =>
  button({ id: 'l-' + l, lang: l, 'aria-pressed': String(lang === l), onclick: () => { lang = l; all(); $('l-' + l)?.focus(); } }, s)));
const drawHead = () => {
  const n = f => A.reduce((k, a) => k + !!f(a), 0);
  const stat = (k, x) => h('div', h('dt', t(k, { n: x })), h('dd', nf(x)));
  $('head').replaceChildren(
    h('div.bar-top',
      h('div.eyebrow', v('svg', { width: 22, height: 14, viewBox: '0 0 22 14', ...HID },
        v('path', { d: 'M1 13V8M6 13V5M11 13V1M16 13V6M21 13v-3', stroke: 'var(--accent)', 'stroke-width': 2, 'stroke-linecap': 'round' })), t('report')),
      h('div.tools', seg(),
        button({ id: 'theme', 'aria-pressed': String(root.dataset.theme === 'dark'), onclick: toggleTheme }, t('theme')),
        button({ onclick: () => print() }, t('print')))),
    h('h1', T(P.title) || P.name || t('report')),
    h('p.meta', h('span', t('policyVersion', { name: P.name ?? '', version: P.version ?? '' })), D.as_of && h('span', t('asOf', { date: date(D.as_of) }))),
    T(P.notice) && h('p.note', { role: 'note' }, h('b', t('notice') + ': '), T(P.notice)),
    A.length > 1 ? h('dl.stats', stat('subjects', A.length), stat('rated', n(rated)), stat('needReview', n(reviewed)),
      stat('withMeasures', n(a => meas(a).length)), stat('withPending', n(a => a.pending))) : h('div.stats'));
  document.title = `${T(P.title) || P.name || 'uytin'} \u2013 ${t('report')}`;
  document.querySelector('.skip').textContent = t('skip');
  $('foot').replaceChildren(h('p', t('generated', { by: D.generated_by || 'uytin' })));
};

// ---- charts

const sum = l => l.reduce((a, b) => a + b, 0);
const nice = m => { const p = 10 ** Math.floor(Math.log10(m / 3)); return Math.max(1, [1, 2, 5].map(k => k * p).find(k => m / k <= 4.01) || 10 * p); };
const hatch = id => v('pattern', { id, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)', class: 'u' }, v('rect', { width: 2, height: 5, fill: 'var(--c)' }));
// bins[i][k] = how many of tier k; ticks [[share, text]]
const chart = (bins, ks, ticks, xlabel, head, label) => {
  const box = h('div.chart');
  const draw = W => {
    const H = 236, L = 40, w = W - L - 8, n = bins.length;
    const most = Math.max(1, ...bins.map(sum)), step = nice(most), top = Math.ceil(most / step) * step;
    const y = c => 192 - c / top * 172, g = [];
    for (let c = 0; c <= top; c += step) g.push(line(c ? 'gridline' : 'axis', L, L + w, y(c), y(c)), text(L - 8, y(c) + 4, 'end', nf(c)));
    g.push(v('text', { x: 0, y: 9 }, t('results')), text(L + w / 2, H - 4, 'middle', xlabel));
    for (const [p, s] of ticks) g.push(line('axis', L + p * w, L + p * w, y(0), y(0) + 4), text(L + p * w, y(0) + 18, 'middle', s));
    bins.forEach((b, i) => {
      let c = 0;
      const x = L + i * w / n, gap = Math.min(2, w / n / 6);
      for (const k of [...ks].reverse()) if (b[k]) {
        const y0 = y(c + b[k]), full = y(c) - y0;
        g.push(v('rect', { class: `seg-r ${tiers[k].cls}${off(k)}`, x: x + gap / 2, width: w / n - gap, y: y0, height: Math.max(.8, full - (c && full > 3 ? 1 : 0)) },
          v('title', {}, `${tierName(tiers[k])}, ${label(i, b[k])}`)));
        c += b[k];
      }
    });
    box.replaceChildren(v('svg', { width: W, viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': t('chartLabel', { n: sum(bins.flat()) }) }, hatch('hatch'), g));
  };
  watch(box, draw);
  const used = ks.filter(k => bins.some(b => b[k]));
  return [box, h('details.plain', h('summary', t('asTable')), region(h('table.mini',
    h('thead', h('tr', th('col', head), used.map(k => th('col', tierName(tiers[k]))))),
    h('tbody', bins.map((b, i) => h('tr', th('row', label(i)), used.map(k => h('td', nf(b[k])))))))))];
};
const watched = new Map();
const ro = window.ResizeObserver && new ResizeObserver(es => { for (const e of es) paint(e.target); });
const paint = box => {
  const o = watched.get(box), w = Math.round(box.clientWidth);
  if (o && w > 0 && w !== o.w && !printing) { o.w = w; o.draw(w); }
};
const prune = () => { for (const b of watched.keys()) if (!b.isConnected) { watched.delete(b); ro?.unobserve(b); } };
const watch = (box, draw) => {
  watched.set(box, { draw, w: 0 });
  draw(600);
  ro?.observe(box);
};
let printing = false;

// ---- overview

const drawOverview = () => {
  const count = tiers.map(() => 0), need = P.tiers?.rated_coverage || .25;
  const empty = n => Array.from({ length: n }, () => tiers.map(() => 0)), bins = empty(20), cb = empty(10);
  const bin = (l, x) => l[Math.max(0, Math.min(l.length - 1, Math.floor(x * l.length)))];
  for (const a of A) {
    const k = tierIx.get(a.tier);
    count[k]++;
    if (rated(a)) bin(bins, a.score / 100)[k]++;
    else bin(cb, (a.coverage || 0) / need)[k]++;
  }
  const shown = tiers.map((x, k) => k).filter(k => count[k] || tiers[k].title || tiers[k].id === 'unrated' || tiers[k].id === 'standard');
  const u = tiers.length - 1, un = count[u];
  const lab = a => (i, n) => n == null ? `${a(i)} \u2013 ${a(i + 1)}` : t('binTitle', { from: a(i), to: a(i + 1), n });
  const by = innerWidth < 560 ? 20 : 10;
  const bar = h('div.tierbar', HID, shown.filter(k => count[k]).map(k => h('span', { class: `fill ${tiers[k].cls}${off(k)}`, 'data-k': k, title: `${tierName(tiers[k])}: ${nf(count[k])}`, style: { 'flex-grow': count[k] } })));
  const legend = h('div.legend', { role: 'group', 'aria-label': t('tiers') }, shown.map(k => h('button.chip', { type: 'button', 'data-k': k, 'aria-pressed': String(st.tiers.has(tiers[k].id)), onclick: () => {
    const id = tiers[k].id;
    st.tiers.has(id) ? st.tiers.delete(id) : st.tiers.add(id);
    st.page = 0; drawTable(); dimming();
  } }, glyph(tiers[k].cls), tierName(tiers[k]), h('b', nf(count[k])), h('i', count[k] && count[k] < A.length / 200 ? '<' + pct(.01) : pct(count[k] / A.length)))));
  return [
    card('tiers', 'h-t', h('p.soft.small', t('tiersHelp')), bar, legend),
    h('div.duo',
      card('scores', 'h-s', un === A.length ? h('p.none', t('noRated')) : [h('p.soft.small', t('scoresHelp')),
        chart(bins, shown.filter(k => k !== u), Array.from({ length: 100 / by + 1 }, (_, i) => [i * by / 100, nf(i * by)]), t('scoreAxis'), t('colScore'), lab(i => nf(i * 5)))]),
      card('unratedTitle', 'h-u', !un ? h('p.none', t('noUnrated')) : [h('p.soft.small', t('unratedHelp', { n: un, total: A.length })),
        chart(cb, [u], [0, 1, 2, 3, 4, 5].map(i => [i / 5, pct(i / 5 * need)]), t('coverageAxis', { p: pct(need) }), t('coverage'), lab(i => fmt.th(i * need * 10) + '%'))]))];
};
const off = k => st.tiers.size && !st.tiers.has(tiers[k].id) ? ' dim' : '';
const dimming = () => {
  for (const e of document.querySelectorAll('.chip[data-k]')) e.setAttribute('aria-pressed', String(st.tiers.has(tiers[e.dataset.k].id)));
  for (const e of document.querySelectorAll('.tierbar [data-k]')) e.classList.toggle('dim', !!off(e.dataset.k));
  for (const o of watched.values()) if (o.w) o.draw(o.w);
};

// ---- table

const option = (val, s, cur) => h('option', { value: val, selected: val === cur }, s);
const drawResults = () => {
  const set = (k, e) => { st[k] = e.target.value; st.page = 0; drawTable(); };
  const select = (id, key, list) => h('select', { id, onchange: e => set(key, e) }, [['', t('all')], ...list].map(([a, s]) => option(a, s, st[key])));
  const used = [...new Set([...measures.keys(), ...A.flatMap(a => meas(a).map(mid))])];
  return card('results', 'h-r',
    h('div.filters', { role: 'search' },
      h('label.field.grow', t('search'), h('input', { type: 'search', id: 'q', autocomplete: 'off', spellcheck: 'false', value: st.q, oninput: e => set('q', e) })),
      h('label.field', t('colReview'), select('f-r', 'review', [['y', t('reviewYes')], ['n', t('reviewNo')]])),
      h('label.field', t('measures'), select('f-m', 'measure', [['*', t('measureAny')], ['-', t('measureNone')], ...used.map(m => ['=' + m, name(measures, m)])])),
      button({ id: 'clear', onclick: () => {
        Object.assign(st, { q: '', review: '', measure: '', page: 0 }); st.tiers.clear();
        for (const id of ['q', 'f-r', 'f-m']) $(id).value = '';
        drawTable(); dimming(); $('q').focus();
      } }, t('clear'))),
    h('p.count', { id: 'count', role: 'status' }),
    h('div', { id: 'table' }), h('div.pager', { id: 'pager' }));
};
const td = (cls, label, ...kids) => h('td', { role: 'cell', class: cls, 'data-l': label && t(label) }, ...kids);
const rowOf = r => {
  const { a } = r, ti = tierOf(a), m = meas(a);
  return h('tr', { tabindex: '0', role: 'row', 'data-i': r.i },
    td('subj', '', h('a', { href: '#subject=' + encodeURIComponent(a.subject), tabindex: '-1' }, a.subject)),
    td('tierc', '', tierTag(ti)),
    td('num scorec', 'colScore', rated(a) ? pt(a.score) : h('span.nr', t('notRated'))),
    td('rgc', 'colRange', h('span.rangec', range(a), h('span', spanOf(a)))),
    td('num', 'coverage', pct(a.coverage)),
    td('', 'colReview', reviewed(a) ? h('span.flag', icon(PERSON), t('reviewYes')) : h('span.soft', t('reviewNo'))),
    td('meas', 'measures', m.length ? m.map(x => name(measures, mid(x))).join(' \u00b7 ') : h('span.soft', t('none'))),
    td('num', 'validUntil', date(a.valid_until)));
};
const drawTable = limit => {
  filter();
  const pages = Math.max(1, Math.ceil(view.length / st.per));
  st.page = Math.min(st.page, pages - 1);
  const part = limit ? view.slice(0, limit) : view.slice(st.page * st.per, (st.page + 1) * st.per);
  $('count').textContent = t('shown', { n: view.length, total: A.length }) + (limit && view.length > limit ? '. ' + t('printCut', { n: limit }) : '');
  const head = COLS.map(([k, label, , d]) => {
    const on = st.sort === k;
    return h('th', { role: 'columnheader', scope: 'col', class: /score|coverage|valid/.test(k) ? 'num' : null, 'aria-sort': on ? (st.dir > 0 ? 'ascending' : 'descending') : null },
      h('button.sort', { type: 'button', id: 's-' + k, onclick: () => { st.dir = on ? -st.dir : d; st.sort = k; st.page = 0; drawTable(); $('s-' + k).focus(); } }, t(label),
        v('svg', { viewBox: '0 0 8 12', ...HID }, v('path', { class: 'up', d: 'M1 4.5 4 1.5 7 4.5' }), v('path', { class: 'down', d: 'M1 7.5 4 10.5 7 7.5' }))));
  });
  $('table').replaceChildren(h('table.grid', { role: 'table' }, h('caption.sr', t('tableCaption')),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)),
    h('tbody', { role: 'rowgroup', onclick: rowClick, onkeydown: rowKey }, part.map(rowOf))), part.length ? '' : h('p.none', t('noMatch')));
  const go = (d, id) => () => { st.page += d; drawTable(); $('table').scrollIntoView({ block: 'start' }); const b = $(id); (b.disabled ? document.querySelector('#pager select') : b).focus({ preventScroll: true }); };
  $('pager').replaceChildren(
    h('div', button({ class: 'btn icon', id: 'p-prev', 'aria-label': t('prev'), disabled: st.page < 1, onclick: go(-1, 'p-prev') }, icon('M10 3 5 8l5 5')),
      h('span', t('page', { page: st.page + 1, pages })),
      button({ class: 'btn icon', id: 'p-next', 'aria-label': t('next'), disabled: st.page >= pages - 1, onclick: go(1, 'p-next') }, icon('m6 3 5 5-5 5'))),
    h('label', t('perPage'), h('select', { onchange: e => { st.per = +e.target.value; st.page = 0; drawTable(); document.querySelector('#pager select').focus(); } }, [25, 50, 100, 250].map(n => option(String(n), nf(n), String(st.per))))));
};
const rowClick = e => {
  const tr = e.target.closest('tr');
  if (!tr || e.target.closest('a') && (e.ctrlKey || e.metaKey || e.shiftKey) || String(getSelection())) return;
  e.preventDefault();
  tr.focus({ preventScroll: true });
  open(+tr.dataset.i);
};
const rowKey = e => {
  const tr = e.target.closest('tr');
  if (!tr) return;
  if (e.key === 'Enter') { e.preventDefault(); open(+tr.dataset.i); }
  const to = e.key === 'ArrowDown' ? tr.nextElementSibling : e.key === 'ArrowUp' ? tr.previousElementSibling : null;
  if (to) { e.preventDefault(); to.focus(); }
};

// ---- one subject

const fact = (k, val, note) => h('div', h('dt', t(k)), h('dd', val, note && h('span.soft.small', h('br'), note)));
const card = (key, id, ...kids) => h('section.card', { 'aria-labelledby': id }, h('h2', { id }, t(key)), kids);
const rec = r => h('span', h('b', `${r.source ?? ''} \u00b7 ${r.id ?? ''}`), r.date ? ` \u00b7 ${date(r.date)}` : '');
const recs = rs => rs?.length > 0 && h('p.rec', t('records') + ': ', rs.map((r, i) => [i ? '; ' : '', rec(r)]));
const basis = b => b?.length > 0 && h('p.rec', `${t('basis')}: ${b.map(T).join('; ')}`);

const limits = short => [[earned, 'tEarned', 'lower_at_least', '\u2265'], [[...imposed].reverse(), 'tImposed', 'upper_below', '<']].map(([l, key, k, sign]) =>
  l.map(e => { const tier = T(e.title) || e.id; return { p: e[k], s: short ? `${tier} ${sign} ${nf(e[k])}` : t(key, { tier, v: e[k] }) }; }));
const scale = a => {
  const box = h('div.scale'), ok = rated(a) && a.score != null;
  watch(box, W => {
    const L = 10, x = p => L + p / 100 * (W - 2 * L), [up, down] = limits(W < 480), y = up.length * 19 + (ok ? 10 : 6), base = y + 20, g = [];
    const mark = (m, y0, ty, right) => g.push(line('axis dash', x(m.p), x(m.p), y0, ty),
      text(x(m.p) + (right ? 6 : -6), ty, right ? 'start' : 'end', m.s));
    // The outermost limit takes the outermost row on its own side, so that no line crosses a text.
    up.forEach((m, i) => mark(m, y + 14, i * 19 + 12, m.p < 45));
    down.forEach((m, i) => mark(m, y + 2, base + 30 + i * 19, m.p <= 62));
    g.push(v('rect', { x: L, width: W - 2 * L, y: y + 5, height: 6, rx: 3, fill: 'var(--track)' }));
    for (let p = 0; p <= 100; p += 20) g.push(line('axis', x(p), x(p), y + 15, y + 19), text(x(p), base + 12, 'middle', nf(p)));
    g.push(v('rect', { class: tierOf(a).cls, x: x(lo(a)), width: Math.max(3, x(hi(a)) - x(lo(a))), y: y + 1, height: 14, rx: 5, fill: ok ? 'color-mix(in srgb,var(--c) 42%,var(--card))' : 'url(#hatch2)', stroke: 'var(--c)' }));
    if (ok) g.push(v('rect', { x: x(a.score) - 2, width: 4, y: y - 4, height: 24, rx: 2, fill: 'var(--ink)', stroke: 'var(--card)', 'stroke-width': 1.5 }));
    box.replaceChildren(v('svg', { width: W, viewBox: `0 0 ${W} ${base + 20 + down.length * 19}`, role: 'img',
      'aria-label': [t('scaleLabel', { lower: pt(lo(a)), upper: pt(hi(a)), score: ok ? t('scaleScore', { score: pt(a.score) }) : t('notRated') }), ...limits().flat().map(m => m.s)].join('; ') }, hatch('hatch2'), g));
  });
  return box;
};

const waterfall = a => {
  const parts = a.waterfall || [], ok = rated(a), box = h('ol.wf', { role: 'list' });
  let show = false, run = 0, zeros = 0;
  // Tenths are summed as whole numbers, so the rows add up exactly.
  const steps = parts.map(p => {
    const d = Math.round((p.points || 0) * 10), from = run;
    run += d;
    if (!d && p.kind !== 'baseline') zeros++;
    const pil = p.kind === 'criterion' ? criteria.get(p.id)?.pillar : null;
    return { p, d, from, to: run, g: p.kind === 'baseline' ? '' : pil != null ? 'p:' + pil : p.kind };
  });
  const pos = x => Math.max(0, Math.min(100, x / 10)) + '%';
  const track = (from, to, cls, first) => h('div.track', HID,
    !first && h('u', { style: { left: pos(from), top: 0, bottom: cls ? '50%' : 0 } }), cls !== 'b-total' && cls && h('u', { style: { left: pos(to), top: '50%', bottom: 0 } }),
    cls && h('i', { class: cls === 'b-total' ? `b-total ${tierOf(a).cls}` : cls, style: { left: pos(Math.min(from, to)), width: Math.abs(to - from) / 10 + '%' } }));
  const groupName = g => g.startsWith('p:') ? name(pillars, g.slice(2)) : g === 'credit' ? t('credits') : g === 'finding' ? t('findings') : t('other');
  const draw = () => {
    const out = [h('li.axis-l', HID, h('span'), h('div.ticks', [0, 20, 40, 60, 80, 100].map(x => h('em', { style: { left: x + '%' } }, nf(x)))), h('span'))];
    let g = null;
    for (const s of steps) {
      if (s.g && s.g !== g) {
        const mine = steps.filter(q => q.g === s.g);
        if (show || mine.some(q => q.d)) out.push(h('li.grp', h('span', groupName(s.g)), track(s.from, s.from), h('span.pts', fmt.sg(mine.reduce((k, q) => k + q.d, 0) / 10))));
      }
      g = s.g;
      if (!s.d && s.g && !show) continue;
      const cls = !s.g ? 'b-baseline' : s.d < 0 ? 'b-down' : s.p.kind === 'credit' ? 'b-credit' : 'b-up';
      out.push(h('li', { class: s.g ? 'item' : '' }, h('span', partName(s.p)), track(s.from, s.to, cls, !s.g), h('span', { class: 'pts' + (s.d < 0 ? ' neg' : '') }, s.g ? fmt.sg(s.d / 10) : fmt.pt(s.d / 10))));
    }
    out.push(h('li.sum', h('span', t(ok ? 'colScore' : 'totalUnrated')), track(0, run, 'b-total', true), h('span.pts', fmt.pt(run / 10))));
    box.replaceChildren(...out);
  };
  draw();
  const btn = zeros > 0 && button({ 'aria-expanded': 'false', onclick: e => {
    show = !show; draw();
    e.target.textContent = show ? t('hideZero') : t('showAll', { n: zeros });
    e.target.setAttribute('aria-expanded', String(show));
  } }, t('showAll', { n: zeros }));
  return parts.length > 0 && card(ok ? 'waterfall' : 'waterfallUnrated', 'd-w', !ok && h('p.soft.small', t('waterfallUnratedNote')), box, btn);
};

const trigger = g => g.kind === 'finding' ? t('findingOf', { id: g.id, source: g.source ?? '' }) : g.kind === 'criterion' ? name(criteria, g.id)
  : t('trigTier', { tier: tierIx.has(g.id) ? tierName(tiers[tierIx.get(g.id)]) : String(g.id) });

const detail = a => {
  const ok = rated(a), why = a.human_review?.reasons || [], lim = { lower: pt(lo(a)), upper: pt(hi(a)) };
  const sectors = l => l?.length ? l.map(x => code('sectors', x)).join(', ') : t('none');
  const aside = new Map();
  for (const x of a.set_aside || []) aside.set(x.reason, [...(aside.get(x.reason) || []), x]);
  return h('div.pbody',
    h('section.card', { 'aria-label': t('colScore') },
      h('div.hero', ok ? h('p.big', pt(a.score), h('small', t('outOf'))) : h('p.big.text', t('unratedTitle')), ok && tierTag(tierOf(a))),
      h('p.soft', ok ? t('likely', { ...lim, p: pct(P.confidence) }) : t('notRatedWhy', lim)),
      scale(a), h('p.soft.small', t('tNote')),
      h('dl.facts', fact('coverage', pct(a.coverage), t('coverageNote')), fact('date', date(a.as_of || D.as_of)), fact('validUntil', date(a.valid_until)),
        fact('sectorsFor', sectors(a.sectors?.favourable)), fact('sectorsAgainst', sectors(a.sectors?.adverse)),
        fact('policy', a.policy?.name ? `${a.policy.name} ${a.policy.version ?? ''}` : `${P.name ?? ''} ${P.version ?? ''}`),
        a.exempt?.length > 0 && fact('exempt', a.exempt.map(c => name(criteria, c)).join('; ')))),
    reviewed(a) ? h('section.card.alert', { 'aria-labelledby': 'd-h' }, h('h2', { id: 'd-h' }, icon(PERSON), t('review')),
      why.length ? h('ul.list', why.map(r => h('li', h('p', T(r.text) || code('reviews', r.code)), recs(r.records)))) : h('p', t('reviewPlain'))) : null,
    a.pending && card('pending', 'd-p', h('p', ok && a.pending.score_if_upheld != null ? t('pendingText', { score: pt(a.pending.score_if_upheld) }) : t('pendingUnrated')), recs(a.pending.findings)),
    meas(a).length > 0 && card('measures', 'd-m', h('p', h('span.tag', t('proposal'))), h('ul.list', meas(a).map(m => h('li', h('h3', name(measures, mid(m))),
      m.triggers?.length > 0 && h('p.small', `${t('because')}: ${m.triggers.map(trigger).join('; ')}`), m.until && h('p.small', t('until', { date: date(m.until) })), basis(measures.get(mid(m))?.basis))))),
    a.reasons?.length > 0 && card('reasons', 'd-r', h('ol.list', { role: 'list' }, a.reasons.map(r => h('li.reason',
      h('span', { class: 'pts' + (r.points < 0 ? ' neg' : '') }, r.points == null || r.code === 'little-evidence' ? '' : fmt.sg(r.points)),
      h('div', h('p', T(r.text) || code('reasons', r.code)), r.part && h('p.rec', partName(r.part)), T(r.change) && h('p.small', h('b', t('change') + ': '), T(r.change)), recs(r.records), basis(r.basis)))))),
    waterfall(a),
    a.pillars?.length > 0 && card('pillars', 'd-q', !ok && h('p.soft.small', t('pillarsUnrated')), h('ul', { class: 'pill' + (ok ? '' : ' hatched'), role: 'list' }, a.pillars.map(p => h('li', h('span', name(pillars, p.id)),
      h('span.meter', HID, h('i', { style: { width: p.score + '%' } })), h('span.pts', pt(p.score)))))),
    a.criteria?.length > 0 && card('criteria', 'd-c', h('p.soft.small', t('massNote')), region(h('table.mini',
      h('thead', h('tr', ['criterion', 'mean', 'colRange', 'coverage', 'favourable', 'adverse'].map(k => th('col', t(k))))),
      h('tbody', a.criteria.map(c => h('tr', th('row', name(criteria, c.id)), h('td', pt(c.mean * 100)), h('td.num', `${pt(c.lower * 100)} \u2013 ${pt(c.upper * 100)}`), h('td', pct(c.coverage)), h('td', fmt.th(c.favourable ?? 0)), h('td', fmt.th(c.adverse ?? 0)))))))),
    aside.size > 0 && card('setAside', 'd-s', h('p.soft.small', t('setAsideHelp')), h('ul.list', [...aside].map(([k, l]) => h('li', h('h3', `${code('set_aside', k)} (${nf(l.length)})`), h('p.rec', l.map((x, i) => [i ? '; ' : '', rec(x)])))))),
    card('contest', 'd-o', h('ol.steps', { role: 'list' }, [1, 2, 3, 4].map(i => h('li', h('span', t('contest' + i)))))),
    card('digests', 'd-d', h('dl.dig', [['ledgerDigest', a.ledger_digest], ['policy', a.policy_digest]].map(([k, d]) => d && [h('dt', t(k)), h('dd', h('code', d))])),
      (T(a.notice) || T(P.notice)) && h('p.note', h('b', t('notice') + ': '), T(a.notice) || T(P.notice))));
};

// ---- the panel follows the address

const panel = $('panel');
let current = -1, mine = false;
const hashOf = i => '#subject=' + encodeURIComponent(A[i].subject);
const open = i => { mine = current < 0; location.hash = hashOf(i); };
const leave = () => { if (mine) { mine = false; history.back(); } else location.hash = ''; };
const drawPanel = () => {
  const a = A[current], at = view.findIndex(r => r.i === current);
  const step = (d, key, path) => { const to = view[at + d]; return button({ class: 'btn icon', 'aria-label': t(key), disabled: at < 0 || !to, onclick: () => location.replace(hashOf(to.i)) }, icon(path)); };
  panel.replaceChildren(h('div.phead', h('h2', { id: 'panel-title', tabindex: '-1' }, a.subject), tierTag(tierOf(a)),
    h('div.tools', step(-1, 'prevSubject', 'M10 3 5 8l5 5'), step(1, 'nextSubject', 'm6 3 5 5-5 5'),
      button({ onclick: () => print() }, t('print')),
      button({ class: 'btn icon', 'aria-label': t('close'), onclick: leave }, icon('m3.5 3.5 9 9m0-9-9 9')))), detail(a));
};
const route = () => {
  let id = null;
  if (location.hash.startsWith('#subject=')) try { id = decodeURIComponent(location.hash.slice(9)); } catch { /* not an address of ours */ }
  const i = bySubject.get(id) ?? -1;
  $('live').textContent = id != null && i < 0 ? t('unknownSubject', { id }) : '';
  if (A.length < 2) return;
  if (i < 0) {
    if (panel.open) panel.close();
    const last = current;
    current = -1; mine = false;
    document.body.classList.remove('detail'); root.classList.remove('locked');
    panel.replaceChildren();
    prune();
    if (last >= 0) document.querySelector(`tr[data-i="${last}"]`)?.focus();
    return;
  }
  current = i;
  drawPanel();
  prune();
  if (!panel.open) panel.showModal();
  document.body.classList.add('detail'); root.classList.add('locked');
  panel.scrollTop = 0;
  $('panel-title').focus({ preventScroll: true });
};
panel.addEventListener('cancel', e => { e.preventDefault(); leave(); });
panel.addEventListener('click', e => { if (e.target === panel) leave(); });
// A second Escape closes without asking.
panel.addEventListener('close', () => { if (current >= 0) leave(); });
addEventListener('hashchange', route);

// ---- colours, print, start

let chosen = false;
const theme = x => {
  root.dataset.theme = x;
  $('theme')?.setAttribute('aria-pressed', String(x === 'dark'));
};
const dark = matchMedia('(prefers-color-scheme: dark)'), system = () => { if (!chosen) theme(dark.matches ? 'dark' : 'light'); };
const toggleTheme = () => { chosen = true; theme(root.dataset.theme === 'dark' ? 'light' : 'dark'); };
dark.addEventListener('change', system);
system();

addEventListener('beforeprint', () => { printing = true; if (A.length > 1 && current < 0) drawTable(2000); });
addEventListener('afterprint', () => { printing = false; if (A.length > 1 && current < 0) drawTable(); });

const all = () => {
  root.lang = lang;
  setFormats();
  drawHead();
  if (!A.length) $('main').replaceChildren(h('p.card.none', t('empty')));
  else if (A.length === 1) $('main').replaceChildren(h('div.single', h('h2', A[0].subject), detail(A[0])));
  else { $('main').replaceChildren(...drawOverview(), drawResults()); drawTable(); }
  if (current >= 0) drawPanel();
  prune();
};
all();
route();
})();
