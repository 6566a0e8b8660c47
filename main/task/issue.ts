import type { ZodError } from 'zod';

/** Where the first mistake is and what it is. The keys under `headers` are the caller's own words: not repeated. */
export function issueOf({ issues }: ZodError): string {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const record = path.indexOf('headers');
  const shown = record < 0 ? path : path.slice(0, record + 1);
  return `${shown.join('.')}${shown.length > 0 ? ': ' : ''}${issue?.message}`;
}
