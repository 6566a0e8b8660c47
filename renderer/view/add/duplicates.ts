import type { Duplicate } from '../../../main/contract/commands.ts';

/** What to do with an address whose file is there already. `leave`: nothing, it is in the list. */
export type Choice = 'open' | 'resume' | 'leave' | 'replace' | 'keepBoth';

/** Which of them tells the most: the same address before the same name, what is in the list before what was. */
export function mainDuplicate(duplicates: readonly Duplicate[]): Duplicate | null {
  const weight = ({ by, state }: Duplicate) => (state === null ? 4 : 0) + (by === 'url' ? 0 : 1);
  return [...duplicates].sort((a, b) => weight(a) - weight(b))[0] ?? null;
}

/** What can be done, in the order to offer it. */
export function choicesFor({ by, state }: Duplicate): readonly Choice[] {
  const anew: readonly Choice[] = ['replace', 'keepBoth'];
  switch (state) {
    case 'done':
      return ['open', 'leave', ...anew];
    case 'paused':
    case 'failed':
      return by === 'url' ? ['resume', 'leave', ...anew] : anew;
    case 'waiting':
    case 'running':
      return by === 'url' ? ['leave', ...anew] : anew;
    case null:
      return anew;
  }
}

/**
 * What is done where nobody says otherwise. The same address is not fetched twice while it is in the list; what only
 * has the same name, or has left the list, is fetched beside it. Nothing opens by itself among others.
 */
export function usualChoice(duplicate: Duplicate, isOnly: boolean): Choice {
  if (duplicate.by !== 'url' || duplicate.state === null) return 'keepBoth';
  const [first = 'keepBoth'] = choicesFor(duplicate);
  return first === 'open' && !isOnly ? 'leave' : first;
}

/** Whether something is fetched. */
export function fetches(choice: Choice): boolean {
  return choice === 'replace' || choice === 'keepBoth';
}
