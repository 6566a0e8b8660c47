import { expect, test } from 'vitest';
import { InTurn } from '../../main/world/in-turn.ts';

test('work waits for the one before, however that ends, and each gives its own', async () => {
  const turns = new InTurn();
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const failing = turns.run(async () => {
    seen.push('first begins');
    await first.promise;
    seen.push('first fails');
    throw new Error('of the first');
  });
  const second = turns.run(async () => {
    seen.push('second');
    return 2;
  });
  const ended = turns.ended().then(() => seen.push('ended'));
  await Promise.resolve();
  expect(seen).toEqual(['first begins']);
  first.resolve();
  await expect(failing).rejects.toThrow('of the first');
  expect(await second).toBe(2);
  await ended;
  expect(seen).toEqual(['first begins', 'first fails', 'second', 'ended']);
});
