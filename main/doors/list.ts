import type { Command } from 'commander';
import { type ListedEntry, listZip } from '../engine.ts';
import { bytes, printable } from './format.ts';
import { Lines } from './lines.ts';
import { jsonText } from './sentences.ts';

/** Adds `satchel list` to the program; `exit` is given its exit status. */
export function addListCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('list')
    .description('list what is in a ZIP')
    .argument('<FILE.zip>', 'the ZIP')
    .option('--json', 'one JSON object a line')
    .action(async (path: string, options: { readonly json?: boolean }) => {
      const out = new Lines(process.stdout);
      try {
        await list(path, options.json === true, out);
      } finally {
        // What could be read of a damaged ZIP comes before what is wrong with it.
        await out.flush();
      }
      exit(0);
    });
}

async function list(path: string, json: boolean, out: Lines): Promise<void> {
  let files = 0;
  let size = 0;
  let packed = 0;
  const head = row(['size', 'packed', 'method', 'modified', 'name']);
  let first = true;
  for await (const entry of listZip(path)) {
    if (out.closed) return;
    if (first && !json) await out.add(head);
    first = false;
    files += entry.folder ? 0 : 1;
    size += entry.size;
    packed += entry.packed;
    await out.add(json ? jsonText(entry) : row(cells(entry)));
  }
  if (json) return;
  if (first) await out.add(head);
  await out.add(row([bytes(size), bytes(packed), '', '', `${files} ${files === 1 ? 'file' : 'files'}`]));
}

function cells(entry: ListedEntry): [string, string, string, string, string] {
  const { size, packed, method, modified, name, encrypted } = entry;
  const how = encrypted ? 'encrypted' : method;
  return [bytes(size), bytes(packed), how, localTime(new Date(modified)), printable(name)];
}

/** `2026-11-22 10:00`, in the time of this computer. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The name comes last, and whole: whatever its length, the other columns stay in line. */
function row([size, packed, method, time, name]: [string, string, string, string, string]): string {
  return `${size.padStart(10)}  ${packed.padStart(10)}  ${method.padEnd(10)} ${time.padEnd(16)}  ${name}`;
}
