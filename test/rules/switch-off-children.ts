import { registerHooks } from 'node:module';
import { isFileOf, replaceOnce, switchedOff } from './switch-off.ts';

const off = await switchedOff();
if (off !== null) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith('file:') || !isFileOf(off, url)) return loaded;
      return { ...loaded, source: replaceOnce(String(loaded.source), off) };
    },
  });
}
