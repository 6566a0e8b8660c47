import { type Context, context, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Live } from './live.ts';
import type { PackageControl } from './package-job.ts';
import type { TaskRecord } from './record.ts';

/** In whose course each task was added, or told to go on: for as long as there is the task. */
const courses = new WeakMap<TaskRecord, Context>();

/** Its next runs belong to what is under way now: the request that asks for it, say. */
export function traceCourse(records: readonly TaskRecord[]): void {
  const active = context.active();
  // Without a tracer there is only this one: nothing is kept.
  if (active === ROOT_CONTEXT) return;
  for (const record of records) courses.set(record, active);
}

/**
 * Runs `work` as the span of one run. Whoever happens to start it, be it the end of another task, is none of its
 * course. Addresses are never in it: they may hold secrets.
 */
export async function traceRun(record: TaskRecord, live: Live, work: () => Promise<void>): Promise<void> {
  const course = courses.get(record) ?? ROOT_CONTEXT;
  const { id, kind, run } = record;
  const attributes = { 'satchel.task.id': id, 'satchel.task.kind': kind, 'satchel.task.run': run };
  // Asked for anew each time: a server may have set up tracing since.
  const span = trace.getTracer('satchel').startSpan('task', { attributes }, course);
  try {
    await context.with(trace.setSpan(course, span), work);
  } finally {
    describeEnd(span, record, live, run);
    span.end();
  }
}

function describeEnd(span: Span, record: TaskRecord, { fetched }: Live, run: number): void {
  if (!span.isRecording()) return;
  const { state, error } = record;
  // It has a later run by now, or has left: what became of it is not what became of this one.
  const gone = record.removing !== null;
  const outcome = gone ? 'removed' : record.run === run ? state : 'stopped';
  span.setAttributes({ 'satchel.outcome': outcome, 'satchel.bytes': fetched });
  if (error === null || gone || record.run !== run) return;
  span.setAttribute('error.type', error.code);
  if (state === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Whoever calls it from elsewhere, what it starts belongs to the run that is under way now. */
export function inThisRun(control: PackageControl): PackageControl {
  const here = context.active();
  if (here === ROOT_CONTEXT) return control;
  return {
    slotFree: () => context.with(here, () => control.slotFree()),
    listChanged: () => context.with(here, () => control.listChanged()),
  };
}
