import { SpanStatusCode, trace } from '@opentelemetry/api';
import { asSatchelError } from '../contract/errors.ts';

/** One request and what it brings, as a span under whatever is under way. */
export interface Segment {
  /** More than once does nothing. `thrown`: what it failed of. */
  end(bytes: number, thrown?: unknown): void;
  /** Ends it, with nothing brought, when `work` rejects. */
  orEnd<T>(work: () => Promise<T>): Promise<T>;
}

/** `start`: its first byte. The host stands in it, and nothing else of the address: that may hold secrets. */
export function startSegment(host: string, start: number): Segment {
  const attributes = { 'server.address': host, 'satchel.segment.start': start };
  // Asked for anew each time: a server may have set up tracing since.
  const span = trace.getTracer('satchel').startSpan('segment', { attributes });
  const end = (bytes: number, thrown: unknown = null) => {
    if (!span.isRecording()) return;
    span.setAttribute('satchel.bytes', bytes);
    if (thrown !== null) {
      const code = codeOf(thrown);
      span.setAttribute('error.type', code);
      if (code !== 'cancelled') span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };
  return {
    end,
    orEnd: async (work) => {
      try {
        return await work();
      } catch (thrown) {
        end(0, thrown);
        throw thrown;
      }
    },
  };
}

/** FromZero and OddNode have the error inside. */
function codeOf(thrown: unknown): string {
  const inner = thrown instanceof Error && 'error' in thrown ? thrown.error : thrown;
  return asSatchelError(inner).code;
}
