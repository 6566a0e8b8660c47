import { posix, win32 } from 'node:path';
import type { Command } from 'commander';
import { SatchelError } from '../contract/errors.ts';
import { type Finding, PROBLEMS, verifyZip, type ZipReport } from '../engine.ts';
import { Bars } from './bars.ts';
import { bytes, printable } from './format.ts';
import { jsonText } from './sentences.ts';
import { stopOnSignals } from './signals.ts';
import { chooseMode } from './terminal.ts';

interface Options {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds `satchel verify` to the program; `exit` is given its exit status. */
export function addVerifyCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('verify')
    .description('check the structure of a ZIP and every byte in it')
    .argument('<FILE.zip>', 'the ZIP')
    .option('--json', 'one JSON object a line for each finding, and one for the whole')
    .option('-q, --quiet', 'print what is wrong only')
    .action(async (path: string, options: Options) => exit(await verify(path, options)));
}

async function verify(path: string, { json = false, quiet = false }: Options): Promise<number> {
  const isTTY = process.stdout.isTTY === true;
  const mode = chooseMode({ json, quiet, isTTY });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const stop = stopOnSignals();
  const bar = new Progress(path, mode === 'bars');
  try {
    const report = await verifyZip(path, { signal: stop.signal, onProgress: (at) => bar.show(at) });
    bar.stop();
    return tell(report, path, mode);
  } catch (thrown) {
    const status = stop.status();
    if (status !== null) return status;
    throw thrown;
  } finally {
    bar.stop();
    stop.release();
  }
}

/** Throws `archive-corrupt` where it is damaged. */
function tell(report: ZipReport, path: string, mode: ReturnType<typeof chooseMode>): number {
  const { findings, more, ok, entries, good } = report;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const name = printable(path);
  for (const finding of findings) {
    if (mode === 'json') say(jsonText({ type: 'finding', ...finding }));
    if (finding.severity !== 'note') process.stderr.write(`${findingLine(finding, name)}\n`);
    else if (mode === 'bars' || mode === 'lines') say(findingLine(finding, name));
  }
  if (mode === 'json') say(jsonText({ type: 'report', ok, entries, good, bytes: report.bytes, more }));
  const summary = `${good} of ${entries} ${entries === 1 ? 'entry' : 'entries'} good`;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    const count =
      more > 0 ? `${findings.length + more} findings` : `${errors} ${errors === 1 ? 'fault' : 'faults'}`;
    throw new SatchelError('archive-corrupt', `${path}: ${entries > 0 ? `${count}, ${summary}` : count}`);
  }
  if (!ok) {
    process.stderr.write(`satchel: ${name}: not everything could be checked, ${summary}\n`);
    return 1;
  }
  if (mode === 'bars' || mode === 'lines') say(`${name}: ok, ${summary}, ${bytes(report.bytes)} checked`);
  return 0;
}

const MARKS = { error: '✗', unchecked: '?', note: '·' } as const;

/** `✗ a.bin: its bytes are not those that were packed (crc-mismatch): CRC-32 …` */
function findingLine({ entry, problem, severity, detail }: Finding, path: string): string {
  const whom = entry === null ? path : printable(entry);
  const seen = detail === '' ? '' : `: ${printable(detail)}`;
  return `${MARKS[severity]} ${whom}: ${PROBLEMS[problem].sentence} (${problem})${seen}`;
}

/** One bar, on a terminal. */
class Progress {
  readonly #bars: Bars | null;
  readonly #name: string;
  #percent = -1;

  constructor(path: string, wanted: boolean) {
    this.#name = printable((path.includes('/') ? posix : win32).basename(path));
    this.#bars = wanted ? new Bars(process.stdout) : null;
  }

  show({ done, total }: { readonly done: number; readonly total: number }): void {
    const percent = total > 0 ? Math.floor((done / total) * 100) : 100;
    if (this.#bars === null || percent === this.#percent) return;
    this.#percent = percent;
    const numbers = `${bytes(done)}/${bytes(total)}`;
    this.#bars.set('verify', () => ({ name: this.#name, progress: percent, numbers }));
    this.#bars.draw();
  }

  stop(): void {
    this.#bars?.stop();
  }
}
