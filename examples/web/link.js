// The whole state in the fragment of a link: JSON, deflated, base64url. A fragment is never sent to a server.
export const LONGEST = 60_000;
const UNPACKED = 4_000_000;

/** Why a link is refused; `message` is a key of the page's words. */
export class LinkError extends Error {}

const through = async (bytes, stream, most) => {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader(), parts = [];
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new LinkError('linkTooMuch');
    }
    parts.push(value);
  }
};

export const pack = async (state) => {
  const bytes = await through(new TextEncoder().encode(JSON.stringify({ v: 1, ...state })), new CompressionStream('deflate-raw'), Infinity);
  let text = '';
  for (let n = 0; n < bytes.length; n += 8192) text += String.fromCharCode(...bytes.subarray(n, n + 8192));
  return `#s=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
};

/** The state of a fragment; undefined where it holds none. */
export const unpack = async (fragment) => {
  if (!fragment.startsWith('#s=')) return undefined;
  if (fragment.length > LONGEST) throw new LinkError('linkTooMuch');
  let state;
  try {
    const bytes = Uint8Array.from(atob(fragment.slice(3).replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
    state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await through(bytes, new DecompressionStream('deflate-raw'), UNPACKED)));
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError('linkDamaged');
  }
  if (state?.v !== 1) throw new LinkError(state && typeof state === 'object' ? 'linkOther' : 'linkDamaged');
  const text = (value) => value === undefined || typeof value === 'string';
  if (![state.records, state.asOf, state.subject, state.lang].every(text)) throw new LinkError('linkDamaged');
  return state;
};
