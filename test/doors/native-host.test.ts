import { expect, test } from 'vitest';
import { FrameReader, frameOf } from '../../main/doors/native-frames.ts';
import { runNativeHost } from '../../main/doors/native-host.ts';
import { ServerDesk } from '../kit/server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

/** Gives what the host has answered to these bytes, and its exit status. */
async function hostOf(dataDir: string, chunks: readonly Buffer[], enough: number) {
  const before = process.env['SATCHEL_DATA_DIR'];
  process.env['SATCHEL_DATA_DIR'] = dataDir;
  const reader = new FrameReader(1_000_000, true);
  const answers: unknown[] = [];
  const all = Promise.withResolvers<void>();
  if (enough === 0) all.resolve();
  const output = {
    write: (bytes: Buffer) => {
      for (const text of reader.read(bytes) ?? []) answers.push(JSON.parse(text));
      if (answers.length >= enough) all.resolve();
    },
  };
  async function* input() {
    yield* chunks;
    // The browser goes when it knows enough.
    await all.promise;
  }
  try {
    const status = await runNativeHost(input(), output);
    return { status, answers };
  } finally {
    if (before === undefined) delete process.env['SATCHEL_DATA_DIR'];
    else process.env['SATCHEL_DATA_DIR'] = before;
  }
}

test('what a browser asks goes to the Satchel that runs, however it is cut, and each answer comes back', async () => {
  const desk = await ServerDesk.open();
  const hello = Buffer.concat(
    [1, 2].map((id) => frameOf(JSON.stringify({ id, ask: 'hello' }, null, 1), true)),
  );
  const chunks = [...hello].map((byte) => Buffer.from([byte]));
  const { status, answers } = await hostOf(`${desk.folder}/data`, chunks, 2);
  expect(status).toBe(0);
  expect(answers).toEqual([
    { id: 1, ok: true, version: '1.2.3' },
    { id: 2, ok: true, version: '1.2.3' },
  ]);
});

test('where none runs it says so, so that the browser goes on by itself', async () => {
  const { answers } = await hostOf(await tempFolder(), [frameOf('{"id":5,"ask":"hello"}', true)], 1);
  expect(answers).toMatchObject([{ id: 5, ok: false, code: 'not-running' }]);
});

test('what is no question is refused; what is too long ends it', async () => {
  const desk = await ServerDesk.open();
  const dataDir = `${desk.folder}/data`;
  const { answers } = await hostOf(dataDir, [frameOf('no json', true)], 1);
  expect(answers).toMatchObject([{ id: null, ok: false, code: 'bad-input' }]);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(1024 * 1024 + 1);
  expect((await hostOf(dataDir, [head], 0)).status).toBe(1);
});

test('frames of the other byte order are read as such', () => {
  const reader = new FrameReader(100, false);
  expect(reader.read(frameOf('ü', false))).toEqual(['ü']);
  expect(reader.read(frameOf('x', true))).toBeNull();
});
