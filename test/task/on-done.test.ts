import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../../main/world/program.ts';
import { Content } from '../kit/content.ts';
import { EngineDesk } from '../kit/engine.ts';
import { EngineProcess } from '../kit/engine-process.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const NEVER = new AbortController().signal;

/** A Node program in a file of its own. */
async function program(folder: string, text: string): Promise<string[]> {
  const path = join(folder, 'program.mjs');
  await writeFile(path, text);
  return [process.execPath, path];
}

/** The lines of a file, once they are what is waited for. */
async function lines(path: string, enough: (lines: string[]) => boolean): Promise<string[]> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    const whole = text.split('\n').slice(0, -1);
    if (enough(whole)) return whole;
    await turn();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const run = (command: readonly string[], more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  runProgram({ command, env: {}, timeoutMs: 20_000, signal: NEVER, ...more });

describe('a program', () => {
  test('that ends well has no failure; one that does not says how', async () => {
    const node = (text: string) => run([process.execPath, '-e', text]);
    expect(await node('')).toBeNull();
    expect(await node('process.exit(7)')).toBe('it ended with 7');
    expect(await node("process.kill(process.pid, 'SIGKILL')")).toBe('it was ended by SIGKILL');
  });

  test('that cannot be started is a failure, in whatever way it is told of', async () => {
    const folder = await tempFolder();
    const text = join(folder, 'text');
    await writeFile(text, 'no program');
    expect(await run([text])).toBe('it cannot be started: EACCES');
    await chmod(text, 0o755);
    expect(await run([text])).toMatch(/^it cannot be started: ENOEXEC$|^it ended with/);
    expect(await run([join(text, 'below')])).toBe('it cannot be started: ENOTDIR');
    expect(await run(['/no/such/program'])).toBe('it cannot be started: ENOENT');
    expect(await run([process.execPath, 'a\0b'])).toBe('it cannot be started: ERR_INVALID_ARG_VALUE');
    expect(await run([process.execPath, 'x'.repeat(3_000_000)])).toBe('it cannot be started: E2BIG');
  });

  test('has our environment, less what is ours alone', async () => {
    const folder = await tempFolder();
    const out = join(folder, 'out');
    env['SATCHEL_TOKEN_OF_A_TEST'] = 'secret';
    env['SOMETHING_ELSE_OF_A_TEST'] = 'seen';
    onTestFinished(() => {
      delete env['SATCHEL_TOKEN_OF_A_TEST'];
      delete env['SOMETHING_ELSE_OF_A_TEST'];
    });
    const command = await program(
      folder,
      `import { writeFileSync } from 'node:fs';
       writeFileSync(process.argv[2], JSON.stringify(process.env) + '\\n');`,
    );
    await runProgram({
      command: [...command, out],
      env: { SATCHEL_NAME: 'a.bin' },
      timeoutMs: 20_000,
      signal: NEVER,
    });
    const seen = JSON.parse(await readFile(out, 'utf8')) as Record<string, string>;
    expect(seen['SOMETHING_ELSE_OF_A_TEST']).toBe('seen');
    expect(Object.keys(seen).filter((name) => name.startsWith('SATCHEL_'))).toEqual(['SATCHEL_NAME']);
  });

  // The parent listens to SIGTERM, and what it has started does not.
  const FAMILY = `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const deaf = "process.on('SIGTERM', () => {}); process.stdout.write('.'); setInterval(() => {}, 1000);";
    const child = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => writeFileSync(process.argv[2], child.pid + '\\n'));
    setInterval(() => {}, 1000);`;

  test.runIf(process.platform !== 'win32').each(['late', 'stopped'])(
    'that is %s is ended with all that it has started',
    async (how) => {
      const folder = await tempFolder();
      const out = join(folder, 'pid');
      const stop = new AbortController();
      const timeoutMs = how === 'late' ? 2500 : 60_000;
      const ended = run([...(await program(folder, FAMILY)), out], { timeoutMs, signal: stop.signal });
      const pid = Number((await lines(out, (all) => all.length === 1))[0]);
      expect(isAlive(pid)).toBe(true);
      if (how === 'stopped') stop.abort();
      expect(await ended).toBe(how === 'late' ? 'it took longer than 2.5 s' : 'it was stopped');
      while (isAlive(pid)) await turn();
    },
  );
});

/** The engine with a program that is run when a download is done. */
async function desk(onDone: (folder: string) => Promise<string[]>, more: object = {}): Promise<EngineDesk> {
  const made = await EngineDesk.open();
  await made.close();
  const path = join(made.dataDir, 'settings.json');
  const there = JSON.parse(await readFile(path, 'utf8')) as object;
  const command = await onDone(made.folder);
  await writeFile(path, JSON.stringify({ ...there, onDone: { command, timeoutSeconds: 20, ...more } }));
  await made.start();
  return made;
}

/** Says each of its words in a line of its own, appended to a file beside it, and ends with a status. */
const SAY = `
  import { appendFileSync } from 'node:fs';
  import { dirname, join } from 'node:path';
  const [, path, ...words] = process.argv;
  appendFileSync(join(dirname(path), 'said'), words.map((word) => word + '\\n').join(''));`;

describe('when a download is done', () => {
  test('the program is told of its folder too, and never has another name than its own', async () => {
    const made = await desk(async (folder) => [...(await program(folder, SAY)), '{dir}', '{dir}/{name}']);
    made.serve('/a.bin');
    const { id } = await made.add('/a.bin', { name: '{dir}.bin' });
    const { dir, path } = await made.reaches(id, 'done');
    const said = await lines(join(made.folder, 'said'), (all) => all.length === 2);
    expect(said).toEqual([dir, path]);
  });

  test('a program that fails is not run again, and does not keep the next from being run', async () => {
    const made = await desk(async (folder) => [
      ...(await program(folder, `${SAY}; process.exit(3);`)),
      '{name}',
    ]);
    made.serve('/a.bin');
    made.serve('/b.bin');
    for (const name of ['a.bin', 'b.bin']) await made.reaches((await made.add(`/${name}`)).id, 'done');
    const said = join(made.folder, 'said');
    await lines(said, (all) => all.length === 2);
    await made.until(async () => (await made.call('status', {})).problems.join().includes('it ended with 3'));
    await made.again();
    expect(await readFile(said, 'utf8')).toBe('a.bin\nb.bin\n');
  });

  test('one program runs at a time', async () => {
    const made = await desk(async (folder) => [
      ...(await program(
        folder,
        `${SAY.replace('words.map', "['begins'].map")}
         setTimeout(() => appendFileSync(join(dirname(path), 'said'), 'ends\\n'), 100);`,
      )),
      '{name}',
    ]);
    const paths = ['/a.bin', '/b.bin', '/c.bin'];
    for (const path of paths) made.serve(path, { size: 1000 });
    for (const path of paths) await made.add(path);
    const said = await lines(join(made.folder, 'said'), (all) => all.length === 6);
    expect(said).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
  });

  test('a program that runs is let run when webhooks are set', async () => {
    const made = await desk(async (folder) => [
      ...(await program(
        folder,
        `${SAY}
         import { existsSync } from 'node:fs';
         const look = () => (existsSync(join(dirname(path), 'go')) ? process.exit() : setTimeout(look, 5));
         process.on('exit', () => appendFileSync(join(dirname(path), 'said'), 'ends\\n'));
         look();`,
      )),
      '{name}',
    ]);
    made.serve('/a.bin');
    await made.reaches((await made.add('/a.bin')).id, 'done');
    const said = join(made.folder, 'said');
    await lines(said, (all) => all.length === 1);
    await made.call('settings.update', { webhooks: [{ url: 'http://127.0.0.1:1/' }] });
    await writeFile(join(made.folder, 'go'), '');
    expect(await lines(said, (all) => all.includes('ends'))).toEqual(['a.bin', 'ends']);
  });

  test('a program that was running when we were killed is run again', async () => {
    const folder = await tempFolder();
    const [dataDir, downloads] = [join(folder, 'data'), join(folder, 'downloads')];
    const server = await FaultServer.start();
    onTestFinished(() => server.close());
    server.serve('/a.bin', { content: new Content(1, 1000) });
    const first = await EngineProcess.start(dataDir, downloads);
    await first.call('settings.update', { proxy: 'none' });
    await first.close();
    const path = join(dataDir, 'settings.json');
    const command = await program(
      folder,
      `import { appendFileSync, existsSync } from 'node:fs';
       import { dirname, join } from 'node:path';
       const [, path, name] = process.argv;
       appendFileSync(join(dirname(path), 'said'), process.pid + ' ' + name + '\\n');
       const look = () => (existsSync(join(dirname(path), 'go')) ? process.exit() : setTimeout(look, 5));
       look();`,
    );
    const settings = {
      ...(JSON.parse(await readFile(path, 'utf8')) as object),
      onDone: { command: [...command, '{name}'] },
    };
    await writeFile(path, JSON.stringify(settings));
    const killed = await EngineProcess.start(dataDir, downloads);
    await killed.call('tasks.add', { url: server.url('/a.bin') });
    const said = join(folder, 'said');
    const [before = ''] = await lines(said, (all) => all.length === 1);
    // It outlives who has started it, which was killed.
    onTestFinished(() => void process.kill(Number(before.split(' ')[0]), 'SIGKILL'));
    await killed.kill();
    const next = await EngineProcess.start(dataDir, downloads);
    onTestFinished(() => next.close());
    const after = await lines(said, (all) => all.length === 2);
    expect(after.map((line) => line.split(' ')[1])).toEqual(['a.bin', 'a.bin']);
    expect(after[1]).not.toBe(before);
  });
});
