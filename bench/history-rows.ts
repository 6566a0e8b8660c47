import { newFileRecord } from '../main/task/new-record.ts';
import type { HistoryEntry, TaskRecord } from '../main/task/record.ts';

const SYLLABLES = 'ka lo mi ten dra vor sha pel qui no bar gin tu fe ro san dy lum ex or ac'.split(' ');
const TYPES = ['zip', 'mp4', 'pdf', 'tar.gz', 'iso', 'jpg'];
const HAN = '中国山东济南电影第集高清下载音乐软件文档图片合计年终总结报告';
export const DAY_MS = 86_400_000;
/** The first entry's time; the last one's is two years later, however many there are. */
export const FIRST_MS = Date.UTC(2024, 0, 1);

/** Plausible history: words as unequally common as in a language, a few hosts with most of the files. */
export function historyRows(random: () => number, count: number): (n: number) => HistoryEntry {
  const words = Array.from({ length: 20_000 }, () => {
    const length = 1 + Math.floor(random() * 4);
    return Array.from({ length }, () => pick(random, SYLLABLES)).join('');
  });
  const word = () => words[Math.floor(random() ** 3 * words.length)] ?? '';
  return (n) => {
    const han = n % 20 === 0 ? Array.from({ length: 6 }, () => pick(random, [...HAN])).join('') : '';
    const rare = n % 100_000 === 77_777 ? '-needle' : '';
    // Two words that are both in half of the rows, and never in one.
    const half = n % 2 === 0 ? 'even' : 'odd';
    const year = 2000 + Math.floor(random() * 26);
    const name = `${han}${word()}-${word()}_${half}.${year}${rare}.${TYPES[n % TYPES.length]}`;
    const endedAt = FIRST_MS + Math.floor((n / count) * 730 * DAY_MS);
    return {
      taskId: `01H${n.toString(32).toUpperCase().padStart(23, '0')}`,
      name,
      url: `https://cdn${n % 50}.example.com/files/${word()}/download/${encodeURIComponent(name)}`,
      path: `/home/anna/Downloads/${n % 3 === 0 ? 'Archives' : 'Video'}/${name}`,
      category: 'Video',
      outcome: 'done',
      total: 1_000_000 + n,
      etag: `"${n.toString(16).padStart(16, '0')}"`,
      error: null,
      createdAt: endedAt - 60_000,
      endedAt,
    };
  };
}

export function taskRows(count: number): TaskRecord[] {
  const dir = '/home/anna/Downloads';
  return Array.from({ length: count }, (_, n) => {
    const item = itemRow(n);
    return newFileRecord({ url: item.url, dir, out: null }, FIRST_MS + n, {
      id: `01T${String(n).padStart(23, '0')}`,
      rank: n,
      category: 'Archives',
      dirByType: true,
      place: { folder: dir, name: item.name, journalId: `01J${n}` },
      items: [item],
    });
  });
}

function itemRow(n: number): TaskRecord['items'][number] {
  return {
    id: `01I${String(n).padStart(23, '0')}`,
    url: `https://cdn${n % 50}.example.com/pub/file-${n}.iso`,
    out: null,
    name: `file-${n}.iso`,
    state: 'waiting',
    received: 0,
    total: 4_000_000_000 + n,
    resumable: true,
    checksum: null,
    etag: `"${n}"`,
    error: null,
    secret: null,
    path: null,
    tries: 0,
    startOver: false,
    leftOut: null,
    spares: [],
  };
}

function pick<T>(random: () => number, of: readonly T[]): T {
  return of[Math.floor(random() * of.length)] as T;
}
