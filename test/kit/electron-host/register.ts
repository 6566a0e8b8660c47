import { registerHooks } from 'node:module';

const HOST = new URL('./electron.ts', import.meta.url).href;
const NAMES = new Set(['electron', 'electron/main', 'electron/common']);

/** From now on `electron` is the host, for `import` and for `require` alike. */
export function registerHost(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      NAMES.has(specifier) ? { url: HOST, shortCircuit: true } : next(specifier, context),
  });
}
