import { start } from './core.js';
import engine from './generated/tools.base64.js';

start(await WebAssembly.compile(Uint8Array.from(atob(engine), (byte) => byte.charCodeAt(0))));

export * from './index.js';
export * from './path.js';
export * from './population.js';
export * from './program.js';
