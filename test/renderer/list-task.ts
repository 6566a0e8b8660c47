import type { Task } from '../../main/contract/task.ts';

/** A task as a snapshot has it, waiting unless said otherwise. */
export function listTask(
  id: string,
  position: number,
  more: Partial<Task> = {},
  url = `https://${id}.example.org/${id}.bin`,
): Task {
  const name = more.name ?? `${id}.bin`;
  const item = {
    ...{ id: `${id}-1`, url, path: null, name, state: more.state ?? 'waiting', received: 0, total: null },
    ...{ resumable: null, checksum: null, error: null, leftOut: false },
  } as const;
  return {
    ...{ id, position, kind: 'file', name, dir: '/d', path: `/d/${name}`, state: 'waiting', phase: null },
    ...{ received: 0, total: null, progress: null, speed: 0, etaSeconds: null, connections: 0, priority: 0 },
    ...{
      limitRate: null,
      resumable: null,
      compress: null,
      retryAt: null,
      error: null,
      category: null,
      asking: false,
    },
    ...{ duplicateOf: null, createdAt: '2026-11-02T00:00:00Z', startedAt: null, finishedAt: null },
    ...{ items: [item], segments: [] },
    ...more,
  };
}
