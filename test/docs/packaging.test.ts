import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addServeCommand } from '../../main/doors/serve.ts';
import { ServerDesk } from '../kit/server.ts';
import { codes, read, section, table } from './markdown.ts';

const program = new Command();
addServeCommand(program, '0', () => {});
const serveOptions = new Set((program.commands[0]?.options ?? []).map(({ long }) => long));

interface Shown {
  /** Names of samples, as `x_count` of a histogram. */
  readonly samples: ReadonlySet<string>;
  readonly types: ReadonlyMap<string, string>;
}

/** What `/metrics` shows of a server that has had a request. */
async function shown(): Promise<Shown> {
  const desk = await ServerDesk.open();
  await desk.fetch('/healthz');
  const text = await (await desk.fetch('/metrics')).text();
  const lines = text.split('\n');
  const typed = lines.flatMap((line) => {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, type] as const];
  });
  const histograms = typed.filter(([, type]) => type === 'histogram').map(([name]) => name);
  const others = typed.filter(([, type]) => type !== 'histogram').map(([name]) => name);
  const parts = histograms.flatMap((name) => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`));
  return { samples: new Set([...others, ...parts]), types: new Map(typed) };
}

const operation = read('docs/operation.md');
const metrics = table(section(operation, '## Metrics'), 'metric');

describe('docs/operation.md', () => {
  test('has every metric of ours, with its type', async () => {
    const { types } = await shown();
    const ours = [...types].filter(([name]) => name.startsWith('satchel_')).toSorted();
    expect(ours.length).toBeGreaterThan(5);
    const documented = metrics.map(([name = '', type = '']) => [codes(name)[0], type]);
    expect(documented.toSorted()).toEqual(ours);
  });

  test('names only options that there are', () => {
    const commands = [...operation.matchAll(/satchel serve (.*)/g)].map(([, options = '']) => options);
    const used = commands.flatMap((command) => command.match(/--[a-z-]+/g) ?? []);
    expect(used).toContain('--allow-host');
    expect(used.filter((option) => !serveOptions.has(option))).toEqual([]);
  });
});

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(read('packaging/grafana/satchel.json')) as {
    readonly panels: readonly {
      readonly id: number;
      readonly type: string;
      readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
    }[];
    readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  };
  const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
  const expressions = targets.map(({ expr }) => expr);
  const queried = [...expressions, ...dashboard.templating.list.map(({ definition = '' }) => definition)];
  const names = queried.flatMap((text) => text.match(/\b(satchel|process|nodejs)_\w+/g) ?? []);

  test('asks for nothing that /metrics does not show', async () => {
    const { samples } = await shown();
    expect(new Set(names).size).toBeGreaterThan(12);
    expect([...new Set(names)].filter((name) => !samples.has(name))).toEqual([]);
  });

  test('shows every metric of ours', () => {
    const wanted = metrics.map(([name = '']) => codes(name)[0] ?? '');
    expect(wanted.filter((name) => !names.some((each) => each.startsWith(name)))).toEqual([]);
  });

  test('tells things apart by labels that there are', () => {
    const documented = new Set(metrics.flatMap(([, , labels = '']) => codes(labels)));
    const known = new Set([...documented, 'le', 'instance']);
    const inExpressions = expressions.flatMap((text) => [
      ...[...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, ?/)),
      ...[...text.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
    ]);
    const inLegends = targets.flatMap(({ legendFormat }) =>
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    );
    expect(inLegends).toContain('state');
    expect([...inExpressions, ...inLegends].filter((label) => !known.has(label))).toEqual([]);
  });

  test('a panel has a number of its own, and all but the headings a question', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const silent = dashboard.panels.filter(({ type, targets: asked }) => type !== 'row' && !asked?.length);
    expect(silent).toEqual([]);
  });
});

describe('the systemd unit', () => {
  const settings = read('packaging/systemd/satchel.service')
    .split('\n')
    .flatMap((line) => {
      const [, key = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
      return key === '' ? [] : [[key, value] as const];
    });
  const unit = new Map(settings);
  const command = unit.get('ExecStart') ?? '';

  test.each([
    ['DynamicUser', 'yes'],
    ['StateDirectory', 'satchel'],
    ['ProtectSystem', 'strict'],
    ['NoNewPrivileges', 'yes'],
    ['PrivateTmp', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['Restart', 'on-failure'],
    ['TimeoutStopSec', '10'],
  ])('has %s=%s', (key, value) => {
    expect(settings.filter(([name]) => name === key)).toEqual([[key, value]]);
  });

  test('starts the server, with options that there are', () => {
    expect(command).toMatch(/^\/\S+\/satchel serve /);
    const used = command.match(/--[a-z-]+/g) ?? [];
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((option) => !serveOptions.has(option))).toEqual([]);
  });

  test('gives the token as a credential, never on the command line', () => {
    const [name] = (unit.get('LoadCredential') ?? '').split(':');
    expect(name).toBeTruthy();
    expect(command).toContain(`--token-file %d/${name}`);
    expect(command).not.toMatch(/--token /);
  });

  test('writes nowhere but to its own folder', () => {
    const places = [...command.matchAll(/--(?:data-dir|downloads) (\S+)/g)].map(([, place]) => place);
    expect(places.length).toBe(2);
    const own = `/var/lib/${unit.get('StateDirectory')}/`;
    expect(places.filter((place) => !place?.startsWith(own))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const text = read('packaging/docker/Dockerfile').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const stages = text.split(/^(?=FROM )/m).slice(1);
  const last = (stages.at(-1) ?? '').split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const of = (instruction: string) =>
    last
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));
  const list = (instruction: string) => JSON.parse(of(instruction).at(-1) ?? '[]') as string[];

  test('builds in one stage and runs in another, on the Node that is needed', () => {
    expect(stages.length).toBe(2);
    for (const line of lines.filter((each) => each.startsWith('FROM '))) {
      expect(line).toMatch(/^FROM node:24-slim\b/);
    }
    expect(of('RUN').join()).not.toMatch(/npm/);
    expect(of('COPY').every((copy) => copy.startsWith('--from=build '))).toBe(true);
  });

  test('runs as nobody in particular, by number, and after all that root has to do', () => {
    expect(of('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    const user = last.findIndex((line) => line.startsWith('USER '));
    expect(last.slice(user).some((line) => /^(RUN|COPY|ADD) /.test(line))).toBe(false);
  });

  test('starts the server, with options that there are, writing to its two volumes only', () => {
    const command = list('CMD');
    expect([list('ENTRYPOINT').at(-1), command[0]]).toEqual(['/app/bin/satchel.mjs', 'serve']);
    const used = command.filter((word) => word.startsWith('--'));
    expect(used.filter((option) => !serveOptions.has(option))).toEqual([]);
    const given = (option: string) => command[command.indexOf(option) + 1];
    expect(given('--host')).toBe('0.0.0.0');
    const places = ['--data-dir', '--downloads'].map(given);
    expect(places).toEqual(list('VOLUME'));
    expect(given('--token-file')).toBe(`${places[0]}/token`);
    // A user without a name has none by itself, and what looks for it must find it.
    expect(of('ENV').join()).toContain(`HOME=${places[0]}`);
    expect(of('EXPOSE')).toEqual([given('--port')]);
  });

  test('is asked for its health without a token, and told to end by the signal it knows', async () => {
    expect(of('STOPSIGNAL')).toEqual(['SIGTERM']);
    const check = of('HEALTHCHECK').join();
    const url = /http:\/\/127\.0\.0\.1:(\d+)(\/\w+)/.exec(check);
    expect(url?.[1]).toBe(of('EXPOSE')[0]);
    const desk = await ServerDesk.open();
    expect((await desk.fetch(url?.[2] ?? '', { token: null })).status).toBe(200);
  });

  test('is given what it builds from, and nothing that lies about', () => {
    const given = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(given[0]).toBe('*');
    expect(given.slice(1).every((line) => line.startsWith('!'))).toBe(true);
    for (const needed of ['package.json', 'package-lock.json', 'electron.vite.config.ts', 'bin', 'main']) {
      expect(given).toContain(`!${needed}`);
    }
  });
});
