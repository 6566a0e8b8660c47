import pino, { type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../contract/serve.ts';

/** What lets somebody in has no place in a log, wherever it may turn up. */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'jwt',
  'secret',
  'headers.authorization',
  'headers.cookie',
  'headers["set-cookie"]',
];

/** A line of JSON for each thing that happens. */
export function createLog(level: LogLevel, to: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((path) => [path, `*.${path}`]), censor: '[redacted]' },
    },
    to,
  );
}
