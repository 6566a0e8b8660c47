import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { decodeJournal, encodeRecord, type JournalRecord } from '../../main/bytes/journal.ts';
import { PieceMap } from '../../main/bytes/piece-map.ts';
import { replay } from '../../main/bytes/replay.ts';
import { COMMANDS } from '../../main/contract/commands.ts';
import { ERRORS, SatchelError } from '../../main/contract/errors.ts';
import { EventType, ProgressRow } from '../../main/contract/events.ts';
import { parseGetOptions } from '../../main/contract/get.ts';
import { NewTask } from '../../main/contract/new-task.ts';
import { Task } from '../../main/contract/task.ts';
import { addGetCommand } from '../../main/doors/get.ts';
import { ItemNote, NOTES } from '../../main/task/notes.ts';
import { SourceFacts } from '../../main/transfer/facts.ts';
import { anchors, codeLines, codes, documents, links, read, root, section, table } from './markdown.ts';

/** Sources of the program, from the root of the repository. */
const sources = readdirSync(join(root, 'main'), { recursive: true, encoding: 'utf8' })
  .map((path) => `main/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts'));

/** The first of the words set as code in the first cell of each row. */
const firstCodes = (rows: readonly string[][]) => rows.map(([cell = '']) => codes(cell)[0]);
const allCodes = (rows: readonly string[][]) => rows.flatMap(([cell = '']) => codes(cell));

describe('docs/commands.md', () => {
  const text = read('docs/commands.md');

  test('has every command, in the order of the map, with what it is given', () => {
    const rows = table(text, 'command');
    expect(firstCodes(rows)).toEqual(Object.keys(COMMANDS));
    for (const [name = '', given = ''] of rows) {
      const { input } = COMMANDS[codes(name)[0] as keyof typeof COMMANDS];
      const keys = codes(given).map((key) => key.replace('?', ''));
      if (keys.length > 1 || given === '') expect([name, keys]).toEqual([name, Object.keys(input.shape)]);
    }
  });

  test('has every key of a new task', () => {
    const rows = table(section(text, '## A new task'), 'key');
    expect(firstCodes(rows).toSorted()).toEqual(Object.keys(NewTask.shape).toSorted());
  });
});

describe('docs/cli.md: options', () => {
  const rows = table(section(read('docs/cli.md'), '## Options'), 'option');
  const program = new Command();
  addGetCommand(program, () => {});
  const options = program.commands[0]?.options ?? [];
  const parsed = (raw: object) => parseGetOptions(raw) as Record<string, unknown>;
  const rowOf = (flags: string) => rows.find(([cell]) => cell === `\`${flags}\``) ?? [];
  const ranged = options.filter(({ flags }) => /\d to \d/.test(rowOf(flags)[2] ?? ''));

  test('are those of the command, in its order', () => {
    expect(options.length).toBeGreaterThan(0);
    expect(firstCodes(rows)).toEqual(options.map(({ flags }) => flags));
    expect(ranged.length).toBeGreaterThan(0);
  });

  test.each(options.map((option) => [option.flags, option] as const))(
    '%s has the default it says, and so has its help',
    (flags, option) => {
      const [, cell = ''] = rowOf(flags);
      const name = option.attributeName();
      const real = parsed({})[name];
      if (option.negate) expect([cell, real]).toEqual(['off', true]);
      else if (option.isBoolean()) expect([cell, real]).toEqual(['off', false]);
      else if (cell === '–') expect(real).toBeUndefined();
      else if (cell === 'the current folder') expect(real).toBe('.');
      else expect(parsed({ [name]: cell })[name]).toBe(real);
      const helped = /\(default: (.*)\)$/.exec(option.description)?.[1];
      expect(helped).toBe(cell === 'off' || cell === '–' ? undefined : cell);
    },
  );

  test.each(ranged.map((option) => [option.flags, option] as const))(
    '%s takes the range it says, and no more',
    (flags, option) => {
      const [, least, most] = /(\d+) to (\d+)/.exec(rowOf(flags)[2] ?? '')?.map(Number) ?? [];
      const name = option.attributeName();
      expect([parsed({ [name]: `${least}` })[name], parsed({ [name]: `${most}` })[name]]).toEqual([
        least,
        most,
      ]);
      expect(() => parsed({ [name]: `${Number(least) - 1}` })).toThrow(SatchelError);
      expect(() => parsed({ [name]: `${Number(most) + 1}` })).toThrow(SatchelError);
    },
  );

  test.each(['--on-conflict <WHAT>', '--on-changed <WHAT>'])('%s names its choices', (flags) => {
    const name = options.find((option) => option.flags === flags)?.attributeName() ?? '';
    let said = '';
    try {
      parsed({ [name]: '?' });
    } catch (error) {
      said = (error as SatchelError).detail ?? '';
    }
    const choices = /one of (.*)$/.exec(said)?.[1]?.split(', ') ?? [];
    expect(choices.length).toBeGreaterThan(1);
    expect(codes(rowOf(flags)[2] ?? '').toSorted()).toEqual(choices.toSorted());
  });
});

describe('docs/cli.md: error codes', () => {
  const text = section(read('docs/cli.md'), '## Error codes');

  test('are those of the program, with their sentences and next steps', () => {
    const wanted = Object.entries(ERRORS).map(([code, { sentence, next, permanent }]) => [
      `\`${code}\``,
      sentence,
      next,
      permanent ? 'no' : 'yes',
    ]);
    expect(table(text, 'code')).toEqual(wanted);
  });

  test('those that do not occur are those that no source uses', () => {
    const used = sources.filter((path) => path !== 'main/contract/errors.ts').map(read);
    const unused = Object.keys(ERRORS).filter((code) => !used.some((source) => source.includes(`'${code}'`)));
    const said = codes(/do not occur yet:([^.]*)\./.exec(text)?.[1] ?? '');
    expect(said).toEqual(unused.toSorted());
  });
});

describe('docs/cli.md: JSON messages', () => {
  const text = section(read('docs/cli.md'), '## JSON messages');

  test('have the fields of the contract', () => {
    expect(allCodes(table(text, 'field of a row')).toSorted()).toEqual(
      Object.keys(ProgressRow.shape).toSorted(),
    );
    expect(allCodes(table(text, 'field of a task')).toSorted()).toEqual(Object.keys(Task.shape).toSorted());
  });

  test('are the events that are sent', () => {
    const quoted = sources
      .filter((path) => path.startsWith('main/task/'))
      .flatMap((path) =>
        [...read(path).matchAll(/'((?:task|item)\.\w+)'/g)].map(([, type]) => type as string),
      );
    expect(firstCodes(table(text, 'event')).toSorted()).toEqual([...new Set(quoted)].toSorted());
    for (const type of quoted) expect(EventType.options).toContain(type);
  });
});

describe('docs/formats.md', () => {
  const text = read('docs/formats.md');
  const lines = codeLines(section(text, '## An example'));
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const example = decodeJournal(bytes);
  const packageLines = codeLines(section(text, '### An example of a package'));
  const packageExample = decodeJournal(Buffer.from(packageLines.map((line) => `${line}\n`).join('')));
  const types = [...section(text, '## Records').matchAll(/^### `(\w+)`$/gm)].map(
    ([, type]) => type as string,
  );

  test('lists the types of records, in their order', () => {
    const source = read('main/bytes/journal.ts');
    const real = [...source.matchAll(/\bt: z\.literal\('(\w+)'\)/g)].map(([, type]) => type);
    expect(real.length).toBeGreaterThan(0);
    expect(types).toEqual(real);
  });

  test.each(types)('lists the fields of %s, each of them needed', (type) => {
    const rows = table(section(text, `### \`${type}\``), 'field');
    const fields = firstCodes(rows) as string[];
    const optional = rows.filter(([, value]) => value?.includes('may be missing')).map((row) => row[0]);
    const records = [...packageExample.records, ...example.records];
    const record = records.find((one) => one.record.t === type)?.record;
    expect(record).toBeDefined();
    const all = ['t', 'at', ...fields];
    const [decoded] = decodeJournal(
      encodeRecord({ ...record, unknown: 1 } as unknown as JournalRecord),
    ).records;
    expect(Object.keys(decoded?.record ?? {}).toSorted()).toEqual(all.toSorted());
    for (const field of all) {
      if (optional.includes(`\`${field}\``)) continue;
      const { [field]: _, ...rest } = record as unknown as Record<string, unknown>;
      expect(decodeJournal(encodeRecord(rest as unknown as JournalRecord)).records, field).toEqual([]);
    }
  });

  test('lists the keys of notes, and what is in them', () => {
    const notes = section(text, '## Notes');
    const rows = table(notes, 'key');
    expect(firstCodes(rows).toSorted()).toEqual(Object.values(NOTES).toSorted());
    const item = rows.find(([cell]) => cell === '`item`')?.[1] ?? '';
    expect([...item.matchAll(/"(\w+)"/g)].map(([, key]) => key)).toEqual(Object.keys(ItemNote.shape));
    expect(firstCodes(table(notes, 'field of `facts`')).toSorted()).toEqual(
      Object.keys(SourceFacts.shape).toSorted(),
    );
  });

  test('has an example that is a whole journal, of a file that was sealed', () => {
    expect(example.goodLength).toBe(bytes.length);
    const journal = replay(example);
    const { durable, doubtful } = journal?.regions.get(0) ?? { durable: [], doubtful: [] };
    const have = new PieceMap();
    for (const piece of [...durable, ...doubtful]) have.add(piece);
    const length = journal?.sealed?.length ?? -1;
    expect(have.crcOf(length)?.toString(16).padStart(8, '0')).toBe(journal?.sealed?.digests['crc32']);
  });

  test('has an example of a package that is a whole journal, with an item that is gone', () => {
    expect(packageExample.records).toHaveLength(packageLines.length);
    const journal = replay(packageExample);
    expect([...(journal?.regions.keys() ?? [])]).toEqual([0]);
    expect(journal?.sealed?.name).toBe('b.zip');
  });

  test('says of the barrier in the example what is true of it', () => {
    const at = example.records.findIndex(({ record }) => record.t === 'barrier');
    const barrier = example.records[at];
    const before = example.records.slice(0, at).filter(({ record }) => record.t === 'piece');
    expect(barrier?.record).toMatchObject({ upTo: barrier?.offset });
    expect(text).toContain(`the first ${barrier?.offset.toLocaleString('en')} bytes of the journal`);
    expect(before).toHaveLength(3);
  });
});

describe('docs/architecture.md', () => {
  test('has a line for each file of each room, and no other', () => {
    const rooms = section(read('docs/architecture.md'), '## The rooms');
    const named: string[] = [];
    let room = '';
    for (const line of rooms.split('\n')) {
      room = /^### (main\/[\w/]+):/.exec(line)?.[1] ?? room;
      const file = /^- `([\w.-]+)`: \S/.exec(line)?.[1];
      if (file !== undefined) named.push(`${room}/${file}`);
    }
    for (const [, entry] of rooms.matchAll(/`(main\/[\w.-]+\.ts)`/g)) named.push(entry as string);
    expect(named.toSorted()).toEqual(sources.toSorted());
  });
});

describe('all documents', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  test('link to what is there', () => {
    const relative = documents().flatMap((path) =>
      links(read(path))
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => ({ path, target })),
    );
    const broken = relative.filter(({ path, target }) => {
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, full))) return true;
      return anchor !== undefined && !anchors(read(full)).includes(anchor);
    });
    expect(relative.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', join('docs', 'cli.md')]),
    );
    expect(broken).toEqual([]);
  });

  test('name npm scripts that exist', () => {
    const named = documents().flatMap((path) =>
      [...read(path).matchAll(/\bnpm (?:-s )?(?:run ([\w-]+)|(start|test)\b)/g)].map(
        ([, script, short]) => script ?? short ?? '',
      ),
    );
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'prove-rules']));
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  test('README.md has the two commands', () => {
    const commands = codeLines(section(read('README.md'), '## Two commands'));
    expect(commands).toEqual(['npm start', 'npm test']);
  });
});
