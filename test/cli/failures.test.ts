import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FaultServer } from '../kit/fault-server.ts';
import { buildFirst, desk, expectFile, linesOf, names, told } from './kit.ts';
import { leavePart } from './leave.ts';

buildFirst();

describe('exit status 1, and one line that names the file, the code and what to do', () => {
  test.each([
    [404, 'not-found', /Check the address/],
    [410, 'not-found', /Check the address/],
    [401, 'auth-required', /credentials/],
    [403, 'http-status', /browser/],
  ])('HTTP %i', async (status, code, next) => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'status', status }] });
    const ended = await at.get(['/a.bin']);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(told('a.bin', code, next));
    expect(ended.stderr).toContain(String(status));
    expect(at.server.requests).toHaveLength(1);
    expect(await names(at.folder)).toEqual([]);
  });

  test('connection refused', async () => {
    const at = await desk();
    const { status, stderr } = await at.get([
      '--retries',
      '0',
      `http://127.0.0.1:${await closedPort()}/a.bin`,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'network', /retry/));
    expect(stderr).toContain('ECONNREFUSED');
  });

  test('a host name that does not exist', async () => {
    const at = await desk();
    const { status, stderr } = await at.get(['--retries', '0', 'http://nothing.invalid/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'dns', /Check the address/));
  });

  test('retries that are spent, with what came kept', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'die-at', offset: 100_000 }] });
    const { status, stderr } = await at.get(['--retries', '1', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'network', /every byte received is kept/));
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
  });

  test('a server that stops answering', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'stall', after: 1000 }] });
    const { status, stderr } = await at.get(['--timeout', '0.2', '--retries', '0', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'timeout', /--timeout/));
  });

  test('a certificate that nobody vouches for', async () => {
    const secure = await FaultServer.start({ tls: true });
    onTestFinished(() => secure.close());
    const at = await desk();
    const { status, stderr } = await at.get([secure.url('/a.bin')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'tls', /Check the address/));
  });

  test('a checksum that does not fit, with everything kept', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stderr } = await at.get(['--checksum', `sha256:${'0'.repeat(64)}`, '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'checksum-mismatch', /--on-conflict overwrite/));
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
  });

  test('a file that has changed on the server', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await leavePart(at, '/a.bin', 100_000);
    at.serve('/a.bin', { seed: 8 });
    const { status, stderr } = await at.get(['/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'source-changed', /--on-changed restart/));
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
  });

  test.each(['nonsense', ''])('--resume-from with a file that is no journal (%j)', async (text) => {
    const at = await desk();
    at.serve('/a.bin');
    await writeFile(join(at.folder, 'b.satchel'), text);
    const { status, stderr } = await at.get(['--resume-from', 'b.satchel', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('b', 'corrupt-journal', /overwrite/));
    expect(await names(at.folder)).toEqual(['b.satchel']);
    await expectFile(join(at.folder, 'b.satchel'), text);
  });

  test('--resume-from with a journal that is not there', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stderr } = await at.get(['--resume-from', 'b.satchel', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toContain('(corrupt-journal)');
    expect(stderr).toContain('b.satchel');
    expect(await names(at.folder)).toEqual([]);
  });

  test.each(['ftp://127.0.0.1/a.bin', 'a.bin', 'http://'])('an address that is none: %s', async (address) => {
    const at = await desk();
    const { status, stderr } = await at.get([address]);
    expect(status).toBe(1);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toContain('(bad-url)');
    expect(stderr).toContain(address);
  });

  test.each(['a file', 'below a file'])('-d with %s in its place', async (where) => {
    const at = await desk();
    at.serve('/a.bin');
    await writeFile(join(at.folder, 'taken'), 'mine');
    const { status, stderr } = await at.get(['-d', where === 'a file' ? 'taken' : 'taken/sub', '/a.bin']);
    expect(status).toBe(1);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toContain('taken');
    expect(at.server.requests).toHaveLength(0);
    await expectFile(join(at.folder, 'taken'), 'mine');
  });
});

test('some fail and some do not: status 1, a line for each failure, the others done', async () => {
  const at = await desk();
  const [a, c] = [at.serve('/a.bin', { seed: 1 }), at.serve('/c.bin', { seed: 3 })];
  const { status, stderr } = await at.get(['/a.bin', '/none.bin', 'ftp://x/y', '/c.bin', '/gone.bin']);
  expect(status).toBe(1);
  const lines = linesOf(stderr);
  expect(lines).toHaveLength(3);
  expect(lines.filter((line) => line.includes('(not-found)'))).toHaveLength(2);
  expect(await names(at.folder)).toEqual(['a.bin', 'c.bin']);
  await expectFile(join(at.folder, 'a.bin'), a);
  await expectFile(join(at.folder, 'c.bin'), c);
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === 'object' && address ? address.port : 1;
}
