import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
  TracerProvider,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';

export interface TelemetryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Spans could not be sent; told without any address or header of the collector's. */
  readonly onFailure: () => void;
}

type Resource = NonNullable<TracerProviderOptions['resource']>;

/** A code of `export`'s answer, by the specification of the SDK. */
const SUCCESS = 0;

/** Registers a tracer for the whole process, and has its spans sent in batches. */
export function sendSpans(
  kind: 'otlp' | 'console',
  { env, version, onFailure }: TelemetryOptions,
): { shutdown(): Promise<void> } {
  // Where to, with which headers and how compressed, it reads from the environment itself.
  const exporter = telling(kind === 'otlp' ? new OTLPTraceExporter() : new ConsoleSpanExporter(), onFailure);
  const provider = new TracerProvider({
    resource: resourceOf({
      'service.name': 'satchel',
      'service.version': version,
      ...attributesIn(env['OTEL_RESOURCE_ATTRIBUTES']),
      ...(env['OTEL_SERVICE_NAME'] ? { 'service.name': env['OTEL_SERVICE_NAME'] } : {}),
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return provider;
}

/** That it fails is told once, until it works again. */
function telling(exporter: SpanExporter, onFailure: () => void): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== SUCCESS;
        if (failed && !failing) onFailure();
        failing = failed;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** `key=value,key=value`, values percent-encoded. What is not of this form is left out. */
function attributesIn(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [, key = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return key === '' ? [] : [[key, decoded(value)] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function resourceOf(attributes: Record<string, string>): Resource {
  return {
    attributes,
    asyncAttributesPending: false,
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => resourceOf({ ...attributes, ...(other?.attributes as Record<string, string>) }),
  };
}
