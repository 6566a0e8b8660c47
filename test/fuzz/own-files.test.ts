import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Settings } from '../../main/contract/settings.ts';
import { actionOf, commandOf } from '../../main/desktop/command-line.ts';
import { offerOfArguments, offerOfClipboard, offerOfLink, startOf } from '../../main/desktop/offers.ts';
import { cookieHeader, cookieJar, parseCookieFile } from '../../main/source/cookies.ts';
import { netrcFor, parseNetrc } from '../../main/source/netrc.ts';
import { Disk } from '../../main/world/disk.ts';
import { openSettings } from '../../main/world/settings.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { holds, PURE_MS } from './hold.ts';
import { jsonText, mutatedJson, mutatedLines, mutatedText } from './mutate.ts';

/** Null where it is refused in its own words, without a word of what stands in it. */
function refused<T>(work: () => T): T | null {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof SatchelError) || thrown.code !== 'bad-input') throw thrown;
    expect(thrown.detail).not.toContain('s3cret');
    return null;
  }
}

const either = (text: string) => fc.oneof(mutatedText(fc.constant(text)), mutatedLines(fc.constant(text)));
const PURE = { atLeast: 50, deadlineMs: PURE_MS };

const COOKIES =
  '# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tTRUE\t1893456000\tid\ts3cret\n' +
  '#HttpOnly_example.org\tFALSE\t/a\tFALSE\t0\tb\ts3cret\n';

holds(
  'a cookie file is read, or refused without a word of its secrets',
  either(COOKIES),
  (text) => {
    const cookies = refused(() => parseCookieFile(text));
    if (cookies === null) return;
    const sent = cookieHeader(cookieJar(cookies), 'https://example.org/a');
    if (sent !== null) expect(sent).not.toMatch(/[\r\n\0]/);
  },
  PURE,
);

const NETRC =
  'machine example.org login me password s3cret\nmacdef x\n y\n\ndefault login "a\\"b" password "s3cret c"\n# no\n';

holds(
  'a netrc file is read, or refused without a word of its secrets',
  either(NETRC),
  (text) => {
    const entries = refused(() => parseNetrc(text)) ?? [];
    for (const host of ['example.org', '[::1]', '__proto__']) netrcFor(entries, host);
  },
  PURE,
);

const LINK = 'satchel://add?url=https%3A%2F%2Fexample.org%2Fa&url=http://x/b&pack=1';

holds(
  'a link of a page, the clipboard and arguments offer web addresses, or nothing',
  mutatedText(
    fc.constantFrom(LINK, 'satchel:add?url=http://x/', '--add', 'file:///a.txt', 'chrome-extension://abc/'),
  ),
  (text) => {
    for (const offer of [offerOfLink(text), offerOfClipboard(text)]) {
      const lines = offer?.text.split('\n') ?? [];
      expect(lines.length).toBeLessThanOrEqual(1000);
      for (const line of lines) expect(new URL(line).protocol).toMatch(/^https?:$/);
    }
    offerOfArguments([text, '--x'], '/');
    expect(commandOf([text])?.length ?? 1).toBeGreaterThan(0);
    actionOf([text]);
    expect(startOf({ args: text })).toBeNull();
  },
  PURE,
);

const settings = {
  connections: 3,
  proxy: 'none',
  categories: [{ name: 'a', extensions: ['zip'], dir: 'b', more: 1 }],
  own: { x: 1 },
};
const disk = new Disk();
let path = '';

holds(
  'whatever stands in settings.json, settings are there, and what is set is kept',
  async () => {
    path = join(await tempFolder(), 'settings.json');
    const json = mutatedJson(fc.constant(settings)).map(jsonText);
    return fc.oneof(
      json,
      mutatedText(json),
      fc.nat(100_000).map((depth) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    );
  },
  async (text) => {
    await writeFile(path, text);
    const opened = await openSettings(disk, path);
    expect(Settings.safeParse(opened.current).success).toBe(true);
    const changed = await opened.update({ connections: 5 });
    expect(changed.connections).toBe(5);
    expect((await openSettings(disk, path)).current).toEqual(changed);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
);
