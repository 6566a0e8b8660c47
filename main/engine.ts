import { asSatchelError, SatchelError } from './contract/errors.ts';
import type { Message } from './contract/events.ts';
import { type BatchJob, type BatchResult, runBatch } from './task/batch.ts';
import { type GetInput, jobsOf, type PlannedGet } from './task/jobs.ts';
import { Hosts } from './transfer/hosts.ts';
import { systemClock } from './world/clock.ts';
import { Disk } from './world/disk.ts';
import { createHttp } from './world/http.ts';

/** The rooms put together, once a process. Doors carry commands in and messages out. */
export interface Engine {
  /** What a `get` command line asks for; reads its input file. Throws `bad-input`. */
  planGet(input: GetInput): Promise<PlannedGet>;
  /** Runs the downloads of one command; never rejects. */
  runBatch(
    jobs: readonly BatchJob[],
    options: {
      readonly jobs: number;
      readonly signal: AbortSignal;
      readonly send: (message: Message) => void;
    },
  ): Promise<BatchResult>;
  close(): void;
}

export interface EngineOptions {
  /** Connections to one host, over all tasks. */
  readonly perHost: number;
}

export function createEngine({ perHost }: EngineOptions): Engine {
  const disk = new Disk();
  const http = createHttp();
  const hosts = new Hosts(systemClock, perHost);
  const around = { disk, clock: systemClock, http, hosts, random: Math.random };
  return {
    planGet: async (input) => {
      const { inputFile } = input.options;
      if (inputFile === undefined || input.inputText !== null) return jobsOf(input);
      return jobsOf({ ...input, inputText: await readInput(disk, inputFile) });
    },
    runBatch: (jobs, options) => runBatch(jobs, { around, ...options }),
    close: () => {
      hosts.close();
      http.close();
    },
  };
}

async function readInput(disk: Disk, path: string): Promise<string> {
  try {
    return (await disk.readWhole(path)).toString();
  } catch (thrown) {
    const { detail = path } = asSatchelError(thrown);
    throw new SatchelError('bad-input', `the input file cannot be read: ${detail}`, { cause: thrown });
  }
}
