import { parentPort } from 'node:worker_threads';
import { list, look, readSmall } from './blocking-disk.ts';
import type { Answer, Question } from './disk-thread.ts';

/** The thread of DiskThread: one question after another. */
parentPort?.on('message', (question: Question) => {
  if (question.ask === 'read') {
    const value = readSmall(question.paths, question.expected);
    const answer: Answer = { ask: 'read', value };
    parentPort?.postMessage(answer, [value.bytes]);
  } else parentPort?.postMessage(answerTo(question));
});

function answerTo(question: Exclude<Question, { ask: 'read' }>): Answer {
  const { ask, paths, follow } = question;
  if (ask === 'look') return { ask, value: look(paths, follow) };
  return { ask, value: list(paths, follow, question.enough) };
}
