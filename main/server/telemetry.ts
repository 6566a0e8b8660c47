import { context, createTraceState, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import { delay, systemClock } from '../world/clock.ts';
import type { TelemetryOptions } from './telemetry-export.ts';

/** Spans that are sent, or nothing. */
export interface Telemetry {
  /** Sends what is left, for at most `CLOSE_MS`; nobody waits longer for what nobody needs. */
  close(): Promise<void>;
}

const CLOSE_MS = 1000;

/** What the environment asks for, by the names of the OpenTelemetry specification; null: nothing. */
export function exporterIn(env: TelemetryOptions['env']): 'otlp' | 'console' | null {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return null;
  const named = env['OTEL_TRACES_EXPORTER']?.trim().toLowerCase();
  if (named === 'otlp' || named === 'console') return named;
  if (named !== undefined && named !== '') return null;
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return endpoint ? 'otlp' : null;
}

/** Begins to send spans where the environment says so; loads nothing for it otherwise. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const exporter = exporterIn(options.env);
  if (exporter === null) return { close: async () => {} };
  const { sendSpans } = await import('./telemetry-export.ts');
  const sending = sendSpans(exporter, options);
  return {
    close: async () => {
      trace.disable();
      context.disable();
      const late = new AbortController();
      const isSent = sending.shutdown().then(() => true);
      const isLate = delay(systemClock, CLOSE_MS, late.signal).then(() => false);
      if (!(await Promise.race([isSent, isLate]).catch(() => false))) options.onFailure();
      late.abort();
    },
  };
}

/** Whose course a request says it is part of (W3C Trace Context, `traceparent` and `tracestate`), or null. */
export function remoteCourse(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): SpanContext | null {
  const given = headers['traceparent'];
  // Version 00 has no more than this; later ones may have, after another hyphen (§3.2.2, §4.3).
  const match = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(
    String(given).trim(),
  );
  const [, version = '', traceId = '', spanId = '', flags = '', more] = match ?? [];
  if (version === '00' && more !== undefined) return null;
  const state = headers['tracestate'];
  const found = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(typeof state === 'string' && state.length <= 512 ? { traceState: createTraceState(state) } : {}),
  };
  return isSpanContextValid(found) ? found : null;
}
