import { Content } from '../kit/content.ts';
import { type Fault, type FaultName, FaultServer, type Logged } from '../kit/fault-server.ts';
import type { Tally } from './tally.ts';

const KIB = 1024;

/** What is wrong with the whole network for a while. */
export const STORMS = ['too-many-requests', 'unavailable', 'resets'] as const;
export type Storm = (typeof STORMS)[number];

/** A file on the server, which may become another one. */
export interface Served {
  readonly path: string;
  readonly name: string;
  /** As it was, and now is; a download is right when it is one of them, whole. */
  readonly versions: Content[];
  /** `ALGO:HEX`, where the task is to be told. */
  readonly checksum: string | null;
  /** Nothing is ever wrong with it, but for storms. */
  readonly isClean: boolean;
}

type Make = (size: number, random: () => number) => Fault;
const part = (size: number, random: () => number) => Math.floor(size * random());

/** Everything a server may do to one answer, a few times. */
const FAULTS: readonly Make[] = [
  (size, random) => ({ name: 'truncate', after: part(size, random), times: 2 }),
  (size, random) => ({ name: 'truncate-clean', after: part(size, random), times: 2 }),
  (size, random) => ({ name: 'stall', after: part(size, random), times: 1 }),
  (size, random) => ({ name: 'die-at', offset: part(size, random), times: 2 }),
  (size, random) => ({ name: 'chunked-cut', after: part(size, random), times: 1 }),
  () => ({ name: 'status', status: 500, times: 2 }),
  () => ({ name: 'status', status: 503, headers: { 'retry-after': '1' }, times: 1 }),
  () => ({ name: 'status', status: 429, times: 1 }),
  () => ({ name: 'ignore-range', times: 1, when: isLater }),
  () => ({ name: 'ignore-if-range', times: 1 }),
  () => ({ name: 'wrong-content-range-start', by: 7, times: 1, when: isLater }),
  () => ({ name: 'wrong-content-range-total', times: 1, when: isLater }),
  () => ({ name: 'content-range-beyond', times: 1 }),
  () => ({ name: 'missing-content-range', times: 1 }),
  () => ({ name: 'bad-unit', times: 1 }),
  () => ({ name: 'shorter-range', length: 20 * KIB, times: 1 }),
  () => ({ name: 'long-body', times: 1 }),
  () => ({ name: 'html', status: 200, times: 1 }),
  () => ({ name: 'html', status: 206, times: 1 }),
  () => ({ name: 'no-answer', times: 1 }),
  () => ({ name: 'changed-etag', times: 1, when: isLater }),
  () => ({ name: 'changed-last-modified', times: 1, when: isLater }),
  () => ({ name: 'weak-etag', times: 2 }),
  () => ({ name: 'chunked', times: 1 }),
  () => ({ name: 'one-at-a-time', times: 2 }),
];

const isLater = ({ start }: { readonly start: number | null }) => start !== null && start > 0;

/** A server of files that misbehaves as the plan says, and knows every byte of every version. */
export class Network {
  readonly server: FaultServer;
  readonly files = new Map<string, Served>();
  storm: Storm | null = null;
  readonly #random: () => number;
  readonly #tally: Tally;

  private constructor(server: FaultServer, random: () => number, tally: Tally) {
    this.server = server;
    this.#random = random;
    this.#tally = tally;
    const resets: Fault = { name: 'reset-on-connect', when: () => this.storm === 'resets' };
    server.serve('/storm', { content: new Content(0, 1), faults: [resets] });
  }

  static async open(random: () => number, tally: Tally): Promise<Network> {
    return new Network(await FaultServer.start(), random, tally);
  }

  /** One more file. */
  serve(): Served {
    const random = this.#random;
    const n = this.files.size + 1;
    const size = Math.floor(4 * KIB + random() ** 3 * 3000 * KIB);
    const content = new Content(n, size);
    const isClean = random() < 0.4;
    const isCorrupted = !isClean && random() < 0.15;
    const faults = isClean ? [] : this.#faults(size);
    if (isCorrupted) faults.push({ name: 'corrupt-byte', at: part(size, random), times: 1 });
    const name = `file-${n}.bin`;
    const path = `/${name}`;
    // Nothing but a checksum can tell a byte that was changed on its way.
    const checksum = isCorrupted || random() < 0.1 ? `sha256:${content.sha256()}` : null;
    this.server.serve(path, { content, faults: [...faults, ...this.#storms()], bytesPerSecond: 600 * KIB });
    const served = { path, name, versions: [content], checksum, isClean };
    this.files.set(path, served);
    return served;
  }

  /** The file becomes another one, of another length and with another ETag. */
  drift(served: Served): void {
    const size = Math.floor(4 * KIB + this.#random() * 500 * KIB);
    const content = new Content(1_000_000 + this.files.size + served.versions.length, size);
    served.versions.push(content);
    this.server.update(served.path, { content });
    this.#tally.add('the file changed on the server');
  }

  /** What requests were for, whatever their query. */
  static pathOf({ path }: Logged): string {
    return path.split('?')[0] ?? path;
  }

  get isFetching(): boolean {
    return this.server.requests.some(({ ended }) => ended === 'open');
  }

  /** By name, how often each fault really came about. */
  counts(): ReadonlyMap<string, number> {
    const names = new Set<FaultName>(FAULTS.map((make) => make(1, () => 0).name));
    const counts = new Map<string, number>();
    for (const name of [...names, 'corrupt-byte', 'reset-on-connect'] as const) {
      counts.set(`server: ${name}`, this.server.happened(name));
    }
    return counts;
  }

  #faults(size: number): Fault[] {
    const count = Math.floor(this.#random() * 3);
    return Array.from({ length: count }, () => {
      const make = FAULTS[Math.floor(this.#random() * FAULTS.length)] as Make;
      return make(size, this.#random);
    });
  }

  #storms(): Fault[] {
    const headers = { 'retry-after': '1' };
    return [
      { name: 'status', status: 429, headers, when: () => this.storm === 'too-many-requests' },
      { name: 'status', status: 503, when: () => this.storm === 'unavailable' },
    ];
  }
}
