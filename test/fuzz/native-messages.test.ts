import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import { HAND_OVER_BYTES } from '../../main/contract/hand-over.ts';
import { FrameReader, frameOf } from '../../main/doors/native-frames.ts';
import { answerHandOver } from '../../main/server/hand-over.ts';
import { EngineDesk } from '../kit/engine.ts';
import { holds } from './hold.ts';
import { jsonText, mutatedBytes, mutatedJson, mutatedText } from './mutate.ts';

const LINK = {
  url: 'http://127.0.0.1:9/a?b=1',
  name: 'a.zip',
  referer: 'http://127.0.0.1:9/',
  userAgent: 'Mozilla/5.0',
  cookies: 'a=b; c="d"',
};
const asked = mutatedJson(
  fc.constantFrom<unknown>(
    { id: 1, ask: 'hello' },
    { id: 2, ask: 'download', links: [LINK, { url: LINK.url }] },
    { id: 3, ask: 'package', links: [LINK, LINK] },
  ),
);

let desk: EngineDesk;
const offered: string[] = [];

holds(
  'whatever an extension asks is answered: done, or refused with a code of the table',
  async () => {
    desk = await EngineDesk.open({ retries: 0 });
    // Nothing leaves this machine.
    await desk.call('settings.update', { proxy: desk.server.origin });
    return asked;
  },
  async (value) => {
    const around = {
      engine: desk.engine as never,
      version: '1.2.3',
      offer: (text: string) => void offered.push(text),
    };
    const answer = await answerHandOver(structuredClone(value), around);
    expect(answer.id === null || typeof answer.id === 'number').toBe(true);
    if (!answer.ok)
      expect(Object.hasOwn(ERRORS, answer.code) && answer.code !== 'internal', answer.message).toBe(true);
    // What is offered is an address a line, and options below: no line of it begins as anything else.
    for (const text of offered.splice(0)) {
      for (const line of text.split('\n')) expect(line).not.toMatch(/[\r\t]/);
    }
  },
  { atLeast: 30 },
);

const stream = fc
  .array(
    asked.map(jsonText).map((text) => frameOf(text, true)),
    { minLength: 1, maxLength: 4 },
  )
  .map((frames) => Buffer.concat(frames));

/** Read once more, in the plainest way. */
function hasTooLong(bytes: Buffer): boolean {
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt32LE(at)) {
    if (bytes.readUInt32LE(at) > HAND_OVER_BYTES) return true;
  }
  return false;
}

holds(
  'any stream is parted into messages however it is cut, or ended where one is too long',
  fc.tuple(mutatedBytes(stream), fc.array(fc.nat(200), { minLength: 1, maxLength: 6 })),
  async ([bytes, sizes]) => {
    const whole = new FrameReader(HAND_OVER_BYTES, true).read(bytes);
    expect(whole === null).toBe(hasTooLong(bytes));
    const reader = new FrameReader(HAND_OVER_BYTES, true);
    const input = new PassThrough({ highWaterMark: 64 });
    const messages: string[] = [];
    let tooLong = false;
    input.on('data', (part: Buffer) => {
      const read = reader.read(part);
      if (read === null) tooLong = true;
      else messages.push(...read);
    });
    // At most a hundred parts: each is put behind what is there.
    const step = Math.max(Math.ceil(bytes.length / 100), 1);
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const length = step + (sizes[n % sizes.length] ?? 0);
      input.write(bytes.subarray(at, at + length));
      at += length;
    }
    input.end();
    await once(input, 'end');
    if (whole === null) expect(tooLong).toBe(true);
    else expect(messages).toEqual(whole);
  },
);

holds(
  'what an extension names a link stays on the lines of that link',
  mutatedText(fc.constant(`${LINK.url} name`)),
  async (text) => {
    const given: string[] = [];
    const link = {
      url: text.slice(0, 60_000),
      name: text.slice(0, 1000) || 'x',
      cookies: text.slice(0, 60_000),
    };
    const around = {
      engine: desk.engine as never,
      version: '1',
      offer: (offer: string) => void given.push(offer),
    };
    await answerHandOver({ id: 1, ask: 'package', links: [link] }, around);
    for (const line of given
      .join('')
      .split(/\r\n|\r|\n/)
      .slice(1))
      expect(line).toMatch(/^ (?:out|referer|user-agent|header)=|^$/);
  },
);
