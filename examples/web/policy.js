// The policy editor: a field for each value of the document, and what the engine says of it at its place.
import { Policy, UytinError } from './uytin/browser.js';

const below = (path, key) => (typeof key === 'number' ? `${path}[${key}]` : /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`);
const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) value != null && value !== false && made.setAttribute(key, value === true ? '' : value);
  made.append(...children);
  return made;
};

export class PolicyEditor {
  constructor(place, words, use) {
    Object.assign(this, { place, words, use, asJson: false });
    this.show(new Policy().toJSON());
  }

  /** Shows a document. */
  show(document) {
    this.document = structuredClone(document);
    this.text = JSON.stringify(document, null, 2);
    this.draw();
    this.mark([]);
  }

  draw() {
    const { place } = this, t = this.words();
    const tab = (name, pressed, act) => {
      const button = element('button', { type: 'button', class: 'btn', 'aria-pressed': pressed == null ? null : String(pressed) }, name);
      button.addEventListener('click', act);
      return button;
    };
    this.summary = element('div', { role: 'status' });
    const tabs = element('div', { class: 'tabs' }, tab(t.form, !this.asJson, () => this.turn(false)), tab(t.json, this.asJson, () => this.turn(true)),
      tab(t.reference, null, () => { this.show(new Policy().toJSON()); this.check(this.document); }));
    if (this.asJson) {
      this.area = element('textarea', { spellcheck: 'false', 'aria-label': t.json });
      this.area.value = this.text;
      this.area.addEventListener('input', () => { this.text = this.area.value; this.later(() => this.check(this.text)); });
      place.replaceChildren(tabs, this.summary, this.area);
    } else {
      place.replaceChildren(tabs, this.summary, ...this.fields(this.document, '$', 0));
    }
  }

  turn(asJson) {
    if (asJson && !this.asJson) this.text = JSON.stringify(this.document, null, 2);
    this.asJson = asJson;
    this.draw();
    this.check(asJson ? this.text : this.document);
  }

  /** The fields of an object or a list; what lies deeper is folded. */
  fields(value, path, depth) {
    return Object.entries(value).map(([name, inner]) => {
      const key = Array.isArray(value) ? Number(name) : name, at = below(path, key);
      if (inner && typeof inner === 'object') {
        const title = inner.title?.[document.documentElement.lang] ?? inner.id;
        const folded = element('details', { 'data-path': at }, element('summary', {}, title && typeof key === 'number' ? `${title}` : String(name)));
        // Made when it is opened: a policy has hundreds of values.
        const fill = () => folded.childElementCount === 1 && folded.append(...this.fields(inner, at, depth + 1));
        folded.addEventListener('toggle', () => { if (folded.open) { fill(); this.mark(this.faults); } });
        folded.fill = fill;
        return folded;
      }
      const kind = typeof inner === 'number' ? { type: 'number', step: 'any' } : typeof inner === 'boolean' ? { type: 'checkbox' } : { type: 'text' };
      const input = element('input', { ...kind, autocomplete: 'off' });
      if (typeof inner === 'boolean') input.checked = inner;
      else input.value = inner ?? '';
      input.addEventListener('input', () => {
        // An empty field of a number is no number, and the engine says so.
        value[key] = kind.type === 'checkbox' ? input.checked : kind.type === 'number' ? (input.value === '' ? null : Number(input.value)) : inner === null && input.value === '' ? null : input.value;
        this.later(() => this.check(this.document));
      });
      return element('label', { class: 'leaf', 'data-path': at }, element('span', {}, String(name)), input);
    });
  }

  later(act) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, 120);
  }

  check(source) {
    try {
      const policy = new Policy(source);
      if (typeof source === 'string') this.document = policy.toJSON();
      this.mark([]);
      this.use(policy);
    } catch (error) {
      if (!(error instanceof UytinError)) throw error;
      this.mark(error.faults);
    }
  }

  /** Shows faults: all of them above, each at its place too. */
  mark(faults) {
    this.faults = faults;
    const t = this.words();
    for (const old of this.place.querySelectorAll('.leaf .fault')) old.remove();
    for (const input of this.place.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
    for (const summary of this.place.querySelectorAll('summary.bad')) summary.classList.remove('bad');
    const list = faults.map((fault) => {
      const link = element('button', { type: 'button', class: 'link' }, fault.path);
      link.addEventListener('click', () => this.goTo(fault));
      return element('li', { class: 'fault' }, link, `: ${fault.found} \u2192 ${fault.expected}`);
    });
    this.summary.replaceChildren(element('p', { class: faults.length ? 'fault' : 'soft' }, faults.length ? t.faults.replace('{n}', faults.length) : t.apply),
      ...(faults.length ? [element('ul', { class: 'faults' }, ...list)] : []));
    faults.forEach((fault, n) => {
      for (const folded of this.place.querySelectorAll('details[data-path]')) {
        if (this.holds(folded.dataset.path, fault.path)) folded.querySelector('summary').classList.add('bad');
      }
      const leaf = this.place.querySelector(`.leaf[data-path="${CSS.escape(fault.path)}"]`), input = leaf?.querySelector('input');
      if (!input) return;
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', `fault-${n}`);
      leaf.append(element('span', { class: 'fault', id: `fault-${n}` }, `${fault.found} \u2192 ${fault.expected}`));
    });
  }

  holds = (outer, path) => path.startsWith(outer) && /^$|^[.[]/.test(path.slice(outer.length));

  /** Opens what is folded above a fault and puts the cursor there. */
  goTo(fault) {
    if (this.asJson) {
      const names = fault.path.match(/[^.[\]"$]+/g) ?? [];
      let at = 0;
      for (const name of names.filter((one) => !/^\d+$/.test(one))) at = Math.max(at, this.area.value.indexOf(`"${name}"`, at));
      this.area.focus();
      this.area.setSelectionRange(at, this.area.value.indexOf('\n', at));
      return;
    }
    for (let folded; (folded = [...this.place.querySelectorAll('details[data-path]:not([open])')].find((one) => this.holds(one.dataset.path, fault.path)));) {
      folded.fill();
      folded.open = true;
    }
    this.mark(this.faults);
    const place = this.place.querySelector(`[data-path="${CSS.escape(fault.path)}"]`);
    (place?.querySelector('input, summary') ?? this.place.querySelector('summary.bad'))?.focus();
  }
}
