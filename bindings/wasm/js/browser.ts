import { start } from './core.js';

const response = await fetch(new URL('./uytin.wasm', import.meta.url));
if (!response.ok) throw new Error(`uytin.wasm: ${response.status} ${response.statusText}`);
// Streams only where the server names the type.
const typed = response.headers.get('content-type')?.startsWith('application/wasm');
start(await (typed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())));

export * from './index.js';
