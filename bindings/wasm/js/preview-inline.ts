// The component with the engine inside, one file: for notebooks (anywidget) and pages without a server.
import { UytinPreview } from './preview.js';
import type { PreviewInput } from './preview.js';

export * from './preview.js';
export * from './browser.js';

/** What anywidget hands over. */
interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  on(name: string, listener: () => void): void;
  off(name: string, listener: () => void): void;
  save_changes(): void;
}

const INPUTS = { records: 'records', policy: 'policy', as_of: 'asOf', subject: 'subject', previous_tier: 'previousTier' } as const;

/**
 * The widget: `records` (JSON Lines), `policy` (JSON), `as_of`, `subject`, `previous_tier`, `lang`, `theme` and `read_only` are read from the
 * model; `assessment` (JSON) is written to it after each change.
 */
export default {
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    const preview = new UytinPreview();
    const load = (): void => {
      for (const name of ['lang', 'theme']) if (model.get(name)) preview.setAttribute(name, String(model.get(name)));
      preview.readOnly = !!model.get('read_only');
      const given = Object.entries(INPUTS).map(([name, input]) => [input, model.get(name) || undefined]);
      preview.load(Object.fromEntries(given) as PreviewInput);
    };
    const names = [...Object.keys(INPUTS), 'lang', 'theme', 'read_only'].map((name) => `change:${name}`);
    names.forEach((name) => model.on(name, load));
    preview.addEventListener('uytin-change', ({ detail }) => {
      model.set('assessment', JSON.stringify(detail.assessment));
      model.save_changes();
    });
    load();
    el.append(preview);
    return () => names.forEach((name) => model.off(name, load));
  },
};
