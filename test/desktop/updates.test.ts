import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UpdatesAddress } from '../../main/contract/desktop.ts';
import type { UpdateTalk } from '../../main/desktop/update-talk.ts';
import type { Updater } from '../../main/desktop/updater.ts';
import { Updates } from '../../main/desktop/updates.ts';
import { Disk } from '../../main/world/disk.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const ADDRESS = 'https://updates.example/satchel/';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Everything around: what there is to be found, what the user answers, and what has happened. */
class Scene {
  readonly clock = new FakeClock();
  readonly happened: string[] = [];
  found: string | null = '2.0.0';
  installs = true;
  agrees = true;
  isQuiet = true;
  fails = false;
  takeUp: (() => void) | null = null;
  readonly file: string;
  readonly updates: Updates;

  private constructor(file: string) {
    this.file = file;
    this.updates = new Updates({
      ...{ clock: this.clock, disk: new Disk(), file, talk: this.#talk() },
      open: async (address) => this.#updater(address),
      isQuiet: () => this.isQuiet,
      putAway: async () => void this.happened.push('put away'),
      onAddress: () => this.happened.push(`menu ${this.updates.state.address === null ? 'off' : 'on'}`),
    });
  }

  static async make(): Promise<Scene> {
    return new Scene(join(await tempFolder(), 'updates.json'));
  }

  /** Looks as often as the desktop does, for so long; what that began has ended then. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.updates.look();
    await settled();
  }

  #updater(address: string): Updater {
    this.happened.push(`opened ${address}`);
    return {
      installs: this.installs,
      check: async () => {
        this.happened.push('check');
        if (this.fails) throw new Error('nobody answers\n    at somewhere');
        return this.found;
      },
      get: async (told) => {
        told(0.5);
        this.happened.push(`get, ${this.updates.state.share}`);
      },
      install: () => this.happened.push('install'),
      close: () => this.happened.push('closed'),
    };
  }

  #talk(): UpdateTalk {
    const said = (what: string) => void this.happened.push(what);
    const asked = async (what: string) => {
      said(what);
      return this.agrees;
    };
    return {
      askToGet: (version, address) => asked(`get ${version} from ${address}?`),
      askToRestart: (version) => asked(`restart for ${version}?`),
      tellElsewhere: (version) => said(`${version} is elsewhere`),
      tellOnItsWay: (version) => said(`${version} waits`),
      tellCurrent: () => said('current'),
      tellFailed: (problem) => said(`failed: ${problem}`),
      notice: (what, version, taken) => {
        said(`notice: ${what} ${version}`);
        this.takeUp = taken;
      },
    };
  }

  /** What has happened since this was asked last. */
  since(): string[] {
    return this.happened.splice(0);
  }
}

/** Promises that wait for nothing but each other have ended. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('without an address', () => {
  test('nobody is asked, ever', async () => {
    const scene = await Scene.make();
    await scene.updates.start();
    for (let day = 0; day < 3; day++) await scene.pass(DAY);
    await scene.updates.checkNow();
    expect(scene.happened).toEqual([]);
    expect(scene.updates.state).toEqual({
      ...{ address: null, state: 'off', version: null, share: null, problem: null },
    });
  });

  test('nor when one was there and was taken away', async () => {
    const scene = await Scene.make();
    await scene.updates.setAddress(ADDRESS);
    await scene.updates.setAddress(null);
    expect(scene.since()).toEqual([`opened ${ADDRESS}`, 'menu on', 'closed', 'menu off']);
    await scene.pass(DAY);
    expect(scene.happened).toEqual([]);
    expect(JSON.parse(await readFile(scene.file, 'utf8'))).toEqual({ address: null });
  });

  test('a file that is no longer readable means off', async () => {
    const scene = await Scene.make();
    await writeFile(scene.file, '{"address":"http://elsewhere.example/"}');
    await scene.updates.start();
    expect(scene.updates.state.state).toBe('off');
  });
});

describe('with an address', () => {
  test('it is looked at a minute after the start, then daily, and not while downloads run', async () => {
    const first = await Scene.make();
    await first.updates.setAddress(ADDRESS);
    const scene = await Scene.make();
    await writeFile(scene.file, await readFile(first.file));
    scene.found = null;
    await scene.updates.start();
    await scene.pass(MINUTE - 1);
    expect(scene.since()).toEqual([`opened ${ADDRESS}`, 'menu on']);
    scene.isQuiet = false;
    await scene.pass(10 * MINUTE);
    expect(scene.since()).toEqual([]);
    scene.isQuiet = true;
    await scene.pass(0);
    expect(scene.since()).toEqual(['check']);
    expect(scene.updates.state.state).toBe('current');
    await scene.pass(DAY - 1);
    expect(scene.since()).toEqual([]);
    await scene.pass(1);
    expect(scene.since()).toEqual(['check']);
  });

  test('what is found by itself is a notice, once; what is found on demand is a question', async () => {
    const scene = await Scene.make();
    scene.agrees = false;
    await scene.updates.setAddress(ADDRESS);
    await scene.pass(MINUTE);
    await scene.pass(DAY);
    expect(scene.since().slice(2)).toEqual(['check', 'notice: found 2.0.0', 'check']);
    await scene.updates.checkNow();
    expect(scene.since()).toEqual(['check', `get 2.0.0 from ${ADDRESS}?`]);
    expect(scene.updates.state).toMatchObject({ state: 'found', version: '2.0.0' });
    scene.takeUp?.();
    expect(scene.since()).toEqual([`get 2.0.0 from ${ADDRESS}?`]);
  });

  test('nothing is fetched without consent, nor while downloads run', async () => {
    const scene = await Scene.make();
    await scene.updates.setAddress(ADDRESS);
    scene.isQuiet = false;
    await scene.updates.checkNow();
    await scene.pass(DAY);
    expect(scene.since().slice(2)).toEqual(['check', `get 2.0.0 from ${ADDRESS}?`]);
    expect(scene.updates.state.state).toBe('waiting');
    await scene.updates.checkNow();
    expect(scene.since()).toEqual(['2.0.0 waits']);
    scene.isQuiet = true;
    await scene.pass(0);
    expect(scene.since()).toEqual(['get, 0.5', 'notice: ready 2.0.0']);
    expect(scene.updates.state).toMatchObject({ state: 'ready', version: '2.0.0' });
  });

  test('it is installed at once only when the user wants that and nothing runs', async () => {
    const scene = await Scene.make();
    await scene.updates.setAddress(ADDRESS);
    await scene.updates.checkNow();
    await scene.pass(0);
    scene.since();
    scene.isQuiet = false;
    await scene.updates.checkNow();
    expect(scene.since()).toEqual(['2.0.0 waits']);
    scene.isQuiet = true;
    scene.agrees = false;
    await scene.updates.checkNow();
    await settled();
    expect(scene.since()).toEqual(['restart for 2.0.0?']);
    scene.agrees = true;
    scene.takeUp?.();
    await settled();
    expect(scene.since()).toEqual(['restart for 2.0.0?', 'put away', 'install']);
  });

  test('where a package of the system is used, it only tells', async () => {
    const scene = await Scene.make();
    scene.installs = false;
    await scene.updates.setAddress(ADDRESS);
    await scene.updates.checkNow();
    await scene.pass(DAY);
    expect(scene.since().slice(2)).toEqual(['check', '2.0.0 is elsewhere', 'check']);
  });

  test('what fails is said to who has asked, and tried again the next day', async () => {
    const scene = await Scene.make();
    scene.fails = true;
    await scene.updates.setAddress(ADDRESS);
    await scene.updates.checkNow();
    expect(scene.since().slice(2)).toEqual(['check', 'failed: nobody answers']);
    await scene.pass(DAY);
    expect(scene.since()).toEqual(['check']);
    expect(scene.updates.state).toMatchObject({ state: 'failed', problem: 'nobody answers' });
  });
});

test.each([
  ['https://updates.example/satchel', true],
  ['http://127.0.0.1:9000/', true],
  ['http://updates.example/', false],
  ['https://me:secret@updates.example/', false],
  ['ftp://updates.example/', false],
  ['updates.example', false],
])('%s as an address: %s', (address, isGood) => {
  expect(UpdatesAddress.safeParse(address).success).toBe(isGood);
});
