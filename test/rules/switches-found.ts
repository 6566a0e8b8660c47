import type { Switch } from './switch-off.ts';

/** Rules whose breach was once seen (found.test.ts). */
export const FOUND: readonly Switch[] = [
  {
    rule: '9: forgotten late',
    file: 'main/transfer/fetch.ts',
    find: 'this.#whyWhole = error;',
    replace: 'this.#whyWhole = error; await this.#forget();',
    test: 'leaves the journal its word',
  },
  {
    rule: '13: bare 416',
    file: 'main/transfer/judge.ts',
    find: '(known?.resumable === true ? ask.from : null)',
    replace: 'ask.from',
    test: 'a bare 416 does not prove',
  },
  {
    rule: '14: beyond the promise',
    file: 'main/transfer/receive.ts',
    find: 'Math.min(stripe.end, promisedEnd ?? stripe.end)',
    replace: 'stripe.end',
    test: 'what follows the promised range',
  },
  {
    rule: '15: taken away',
    file: 'main/bytes/partial-file.ts',
    find: 'if (size < length || there?.size !== length) {',
    replace: 'if (size < length) {',
    test: 'a partial file that was taken away',
  },
  {
    rule: '18: early timer',
    file: 'main/transfer/hosts.ts',
    find: 'if (early > 0) return',
    replace: 'if (early > 9e9) return',
    test: 'a timer that fires early',
  },
  {
    rule: '26: forgotten for good',
    file: 'main/bytes/partial-file.ts',
    find: "await this.#journal.append({ t: 'drop', r: regionId, from, n: null });\n      // Else a power cut could bring back the old pieces' word for bytes that were overwritten.\n      await this.#journal.sync();",
    replace: "await this.#journal.append({ t: 'drop', r: regionId, from, n: null });",
    test: 'nothing vouches for bytes that were written over',
  },
  {
    rule: '27: cut beginnings',
    file: 'main/bytes/open.ts',
    find: 'return first && !bytes.subarray(goodLength).includes',
    replace: 'return false && !bytes.subarray(goodLength).includes',
    test: 'that was cut anywhere before its partial file was made',
  },
  {
    rule: '28: only beginnings',
    file: 'main/bytes/open.ts',
    find: "return first && !bytes.subarray(goodLength).includes('\\n');",
    replace: 'return first;',
    test: 'a file that begins like a journal and goes on otherwise',
  },
  {
    rule: '26: no pipes',
    file: 'main/bytes/open.ts',
    find: "if ((await disk.facts(journalPath(place)))?.kind !== 'file') return null;",
    replace: 'if ((await disk.facts(journalPath(place))) === null) return null;',
    test: 'a pipe that is called like a journal',
  },
  {
    rule: '28: a name like ours',
    file: 'main/bytes/open.ts',
    find: 'return crc !== undefined &&',
    replace: 'return crc === undefined ||',
    test: 'a file of the user that is called like a journal',
  },
];
