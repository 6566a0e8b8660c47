import { expect, onTestFinished, test } from 'vitest';
import { createHttp, type Http, type HttpAnswer, type NetworkOptions } from '../../main/world/http.ts';
import { selfSigned } from '../kit/certificate.ts';
import { httpProxy, MIB, reach } from './kit.ts';

function http(options: Partial<NetworkOptions> = {}): Http {
  const made = createHttp({ proxy: 'none', ...options });
  onTestFinished(() => made.close());
  return made;
}

const ask = (one: Http, url: string, headers: Record<string, string | undefined> = {}): Promise<HttpAnswer> =>
  one.get({ url, headers, signal: new AbortController().signal });

async function bytesOf(answer: HttpAnswer): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer.body) bytes += (chunk as Buffer).length;
  return bytes;
}

test('other options count for later requests; what is under way goes on, then its connection closes', async () => {
  const at = await reach({ size: 4 * MIB });
  const proxy = await httpProxy();
  const one = http();
  const gate = at.target.gate('/a.bin', MIB);
  const url = at.target.url('/a.bin');
  const first = await ask(one, url);
  one.configure({ proxy: proxy.url() });
  expect(await bytesOf(await ask(one, url))).toBe(4 * MIB);
  expect(proxy.asked).toHaveLength(1);
  expect(at.target.requests[0]?.ended).toBe('open');
  gate.release();
  expect(await bytesOf(first)).toBe(4 * MIB);
  const direct = at.target.open;
  await at.target.until(() => at.target.open < direct);
  expect(at.target.open).toBe(1);
});

test('idle connections of options that no longer count are closed', async () => {
  const at = await reach();
  const one = http();
  await bytesOf(await ask(one, at.target.url('/a.bin')));
  expect(at.target.open).toBe(1);
  one.configure({ proxy: 'none', userAgent: 'Other' });
  await at.target.until(() => at.target.open === 0);
});

test('options that cannot be change nothing', async () => {
  const at = await reach();
  const one = http({ userAgent: 'First' });
  expect(() => one.configure({ ca: 'no certificate' })).toThrow(
    expect.objectContaining({ code: 'bad-input' }),
  );
  expect(() => one.configure({ userAgent: 'a\r\nb' })).toThrow(
    expect.objectContaining({ code: 'bad-input' }),
  );
  await bytesOf(await ask(one, at.target.url('/a.bin')));
  expect(at.target.requests[0]?.headers['user-agent']).toBe('First');
});

/** Sizes of the chunks that a body comes in. */
async function chunksOf(answer: HttpAnswer): Promise<number[]> {
  const sizes: number[] = [];
  answer.body.on('data', (chunk: Buffer) => void sizes.push(chunk.length));
  await new Promise((end) => void answer.body.once('end', end));
  return sizes;
}

test('reads are no larger than their limit, which may change at any time', async () => {
  const at = await reach({ size: 4 * MIB });
  const one = http();
  const url = at.target.url('/a.bin');
  expect(Math.max(...(await chunksOf(await ask(one, url))))).toBeGreaterThan(4096);
  one.limitReads(4096);
  // The first read was prepared before.
  const limited = await chunksOf(await ask(one, url));
  expect(Math.max(...limited.slice(1))).toBeLessThanOrEqual(4096);
  expect(limited.reduce((sum, size) => sum + size)).toBe(4 * MIB);
  one.limitReads(null);
  expect(Math.max(...(await chunksOf(await ask(one, url))))).toBeGreaterThan(4096);
  expect(at.target.requests.map(({ socket }) => socket)).toEqual([1, 1, 1]);
});

test('the user agent is Satchel, another, or none', async () => {
  const at = await reach();
  const url = at.target.url('/a.bin');
  await bytesOf(await ask(http(), url));
  await bytesOf(await ask(http({ userAgent: 'Mé/1' }), url));
  await bytesOf(await ask(http(), url, { 'user-agent': undefined }));
  const [usual, other, none] = at.target.requests.map(({ headers }) => headers['user-agent']);
  expect([usual, none]).toEqual(['Satchel', undefined]);
  expect(Buffer.from(other ?? '', 'latin1').toString()).toBe('Mé/1');
});

test('a certificate nobody vouches for: refused, trusted by name, or not looked at', async () => {
  const at = await reach({ tls: true });
  const url = at.target.url('/a.bin');
  const { cert } = await selfSigned();
  await expect(ask(http(), url)).rejects.toMatchObject({ code: 'tls' });
  expect(await bytesOf(await ask(http({ ca: `# mine\n${cert}\n${cert}` }), url))).toBe(200_000);
  expect(await bytesOf(await ask(http({ insecure: true }), url))).toBe(200_000);
});

test('another host’s certificate is refused in spite of its authority', async () => {
  const at = await reach({ tls: true });
  const proxy = await httpProxy();
  const { cert } = await selfSigned();
  const url = `https://other.test:${new URL(at.target.origin).port}/a.bin`;
  await expect(ask(http({ ca: cert, proxy: proxy.url() }), url)).rejects.toMatchObject({ code: 'tls' });
  expect(proxy.asked).toHaveLength(1);
});

test('insecure holds for an https proxy too', async () => {
  for (const tls of [false, true]) {
    const at = await reach({ tls });
    const proxy = await httpProxy({ tls: true });
    expect(
      await bytesOf(await ask(http({ insecure: true, proxy: proxy.url() }), at.target.url('/a.bin'))),
    ).toBe(200_000);
    expect(proxy.asked).toHaveLength(1);
  }
});
