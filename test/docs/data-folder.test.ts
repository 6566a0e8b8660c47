import { describe, expect, test } from 'vitest';
import { Settings } from '../../main/contract/settings.ts';
import { openStore } from '../../main/task/store.ts';
import { Disk } from '../../main/world/disk.ts';
import { APPLICATION, Database, SUSPECT } from '../../main/world/sqlite.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { codes, read, section, table } from './markdown.ts';

const text = section(read('docs/formats.md'), '## The data folder');

describe('docs/formats.md: the data folder', () => {
  test('lists the settings with their defaults', () => {
    const rows = table(section(text, '### settings.json'), 'setting');
    const defaults = Settings.parse({});
    expect(rows.map(([key = '']) => codes(key)[0])).toEqual(Object.keys(defaults));
    for (const [key = '', value = ''] of rows) {
      const real = defaults[codes(key)[0] as keyof Settings];
      if (key !== '`categories`') expect(JSON.parse(codes(value)[0] ?? '')).toEqual(real);
      else for (const { name } of defaults.categories) expect(value).toContain(name);
    }
  });

  test('lists the tables and columns of the databases', async () => {
    const folder = await tempFolder();
    (await openStore({ disk: new Disk(), folder })).store.close();
    const said = table(section(text, '### The databases'), 'table').map(
      ([name = '', columns = '']) => [codes(name)[0] ?? '', codes(columns)] as const,
    );
    for (const [file, tables] of [
      ['satchel.db', ['task', 'item', 'secret', 'outbox', 'log', 'history', 'history_text']],
      ['archive.db', ['history', 'history_text']],
    ] as const) {
      const database = new Database(`${folder}/${file}`, { readOnly: true });
      const there = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
      const own = there.map(({ name }) => String(name)).filter((name) => !/^history_text_/.test(name));
      expect(own.toSorted()).toEqual([...tables].toSorted());
      for (const [name, columns] of said) {
        if (name === 'history_text' || !own.includes(name)) continue;
        const real = database.prepare(`PRAGMA table_info(${name})`).all();
        expect(columns.toSorted()).toEqual(real.map((column) => String(column['name'])).toSorted());
      }
      expect(text).toContain(`\`user_version\`, ${database.pragma('user_version')} today`);
      database.close();
    }
    expect(said.map(([name]) => name)).toEqual([
      'task',
      'item',
      'secret',
      'outbox',
      'log',
      'history',
      'history_text',
    ]);
    for (const id of [APPLICATION, SUSPECT]) expect(text).toContain(`0x${id.toString(16)}`);
  });
});
