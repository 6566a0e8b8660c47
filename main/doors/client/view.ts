import type { SatchelError } from '../../contract/errors.ts';
import type { Message } from '../../contract/events.ts';
import { sentence } from '../sentences.ts';

/** What is done with the messages of a server. */
export interface View {
  /** As `Audience` in live.ts has it. */
  take(message: Message | null, raw: object): void;
  lost(error: SatchelError, waitMs: number): void;
  close(): void;
}

/** `The connection to the server broke. … Trying again in 2 s` */
export function lostLine(error: SatchelError, waitMs: number): string {
  return `${sentence(error.report())} Trying again in ${Math.ceil(waitMs / 1000)} s`;
}

/** On standard error, where it is no part of what is printed. */
export function tellLost(error: SatchelError, waitMs: number): void {
  process.stderr.write(`satchel: ${lostLine(error, waitMs)}\n`);
}
