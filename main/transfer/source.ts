import { SatchelError } from '../contract/errors.ts';
import { isStrongEtag, validatorsOf } from '../source/headers.ts';
import { neverHtml, ownEncodingOf } from '../source/probe.ts';
import type { Clock } from '../world/clock.ts';
import type { Http, HttpAnswer } from '../world/http.ts';
import type { Access } from './access.ts';
import type { SourceFacts } from './facts.ts';
import { judge, type RangeAsk, type Verdict } from './judge.ts';
import { type Located, request } from './request.ts';
import { mayBeExpired } from './retry.ts';

/** An odd node is asked again so often before the download goes on over one connection. */
const ODD_NODE_TRIES = 3;

/** The source cannot be resumed: everything is fetched anew, over one connection. */
export class FromZero extends Error {
  readonly error: SatchelError;

  constructor(error: SatchelError) {
    super(error.message);
    this.error = error;
  }
}

/** Some node of the host has its own idea of the file's ETag: no extra connections any more. */
export class OddNode extends Error {
  readonly error: SatchelError;

  constructor(error: SatchelError) {
    super(error.message);
    this.error = error;
  }
}

export type Granted =
  | {
      readonly kind: 'body';
      readonly answer: HttpAnswer;
      readonly url: string;
      /** End of what was promised, exclusive; null when unknown. */
      readonly end: number | null;
      readonly encodings: readonly string[];
    }
  | { readonly kind: 'complete' };

/** An answer to a request for the whole file, its body not read, and with what it was let in. */
export interface HeldAnswer {
  readonly located: Located;
  readonly access: Access;
}

export interface SourceOptions {
  readonly http: Http;
  readonly clock: Clock;
  readonly url: string;
  /** What goes along where. */
  readonly access: Access;
  readonly connectMs: number;
  readonly firstByteMs: number;
  /** The user's word counts more than the validators, as long as the length is the same. */
  readonly trustUser: boolean;
  /** An answer that is there already, to be used instead of asking for the first time; the signal ends it. */
  readonly held?: ((signal: AbortSignal) => HeldAnswer | null) | undefined;
}

/** One remote file over one run: what is known of it, how it is asked, and which answers are good enough. */
export class Source {
  readonly #options: SourceOptions;
  #access: Access;
  #facts: SourceFacts | null;
  #finalUrl: string | null = null;
  /** An answer of this run was of the known file: the odd one out may be a node's. */
  #confirmed = false;
  /** Ranges led nowhere: ask for the whole file only. */
  withoutRange: boolean;

  constructor(options: SourceOptions, facts: SourceFacts | null) {
    this.#options = options;
    this.#access = options.access;
    this.#facts = facts;
    this.withoutRange = facts?.encoded ?? false;
  }

  get facts(): SourceFacts | null {
    return this.#facts;
  }

  get host(): string {
    return new URL(this.#finalUrl ?? this.#options.url).host;
  }

  learn(facts: Partial<SourceFacts>): void {
    if (this.#facts) this.#facts = { ...this.#facts, ...facts };
  }

  /**
   * Asks for bytes [from, end) until an answer may be used. `begun`: some bytes are here already. `extra`: another
   * connection is delivering, so nothing may be concluded from a refusal. Throws FromZero, OddNode, SatchelError.
   */
  async ask(
    span: { from: number; end: number | null },
    state: { begun: boolean; extra: boolean },
    signal: AbortSignal,
  ): Promise<Granted> {
    let ranged = !this.withoutRange;
    let ifRange = state.begun && this.#mayUseIfRange;
    let wasBroken = false;
    let oddAnswers = 0;
    for (;;) {
      const ask: RangeAsk = { ...span, ranged, ifRange: ranged && ifRange };
      const located = await this.#send(ask, state, signal);
      const verdict = this.#judge(ask, located, state.begun);
      if (verdict.kind === 'body') return this.#accept(verdict, located, ask);
      located.answer.close();
      switch (verdict.kind) {
        case 'complete':
          return { kind: 'complete' };
        case 'ask-without-range':
          ranged = false;
          break;
        case 'range-ignored':
          if (!ask.ifRange) throw new FromZero(verdict.error);
          ifRange = false;
          this.learn({ ifRange: 'ignored' });
          break;
        case 'broken':
          if (wasBroken) throw verdict.next === 'from-zero' ? new FromZero(verdict.error) : verdict.error;
          wasBroken = true;
          break;
        case 'changed':
          oddAnswers += 1;
          this.#tolerateOddNode(verdict, oddAnswers);
          break;
        case 'refused':
          this.#refused(verdict.error, state);
          break;
      }
    }
  }

  get #mayUseIfRange(): boolean {
    const { etag = null, ifRange } = this.#facts ?? {};
    return isStrongEtag(etag) && ifRange !== 'ignored' && !this.#options.trustUser;
  }

  async #send(ask: RangeAsk, { begun }: { begun: boolean }, signal: AbortSignal): Promise<Located> {
    const { http, clock, url, connectMs, firstByteMs } = this.#options;
    const isFirst = this.#facts === null && !begun && ask.ranged && ask.from === 0 && ask.end === null;
    const held = isFirst ? this.#options.held?.(signal) : null;
    if (held) {
      // It knows the cookies that were set on the way.
      this.#access = held.access;
      return held.located;
    }
    const access = this.#access;
    const own: Record<string, string> = {};
    if (ask.ranged) own.range = `bytes=${ask.from}-${ask.end === null ? '' : ask.end - 1}`;
    if (begun && ask.ifRange && this.#facts?.etag) own['if-range'] = this.#facts.etag;
    return request({
      http,
      clock,
      url: this.#finalUrl ?? url,
      headers: own,
      access,
      connectMs,
      firstByteMs,
      signal,
    });
  }

  #judge(ask: RangeAsk, { answer, url }: Located, begun: boolean): Verdict {
    const { status, headers } = answer;
    const verdict = judge(
      ask,
      { status, headers },
      {
        now: this.#options.clock.now(),
        known: this.#facts,
        begun,
        neverHtml: neverHtml(this.#options.url, headers),
        ownEncoding: ownEncodingOf(url, headers),
      },
    );
    if (verdict.kind !== 'changed' || !this.#options.trustUser) return verdict;
    const adopted = judge(
      ask,
      { status, headers },
      {
        now: this.#options.clock.now(),
        known: this.#facts && { ...this.#facts, etag: null, lastModified: null, lastModifiedStrong: false },
        begun,
        neverHtml: false,
        ownEncoding: ownEncodingOf(url, headers),
      },
    );
    if (adopted.kind !== 'body') return verdict;
    return { ...adopted, facts: { ...adopted.facts, ...validatorsOf(headers) } };
  }

  #accept(verdict: Extract<Verdict, { kind: 'body' }>, { answer, url }: Located, ask: RangeAsk): Granted {
    this.#facts = verdict.facts;
    this.#confirmed = true;
    this.#finalUrl = url;
    if (verdict.facts.encoded || !ask.ranged) this.withoutRange = true;
    return { kind: 'body', answer, url, end: verdict.end, encodings: verdict.encodings };
  }

  #tolerateOddNode({ oddNode, error }: Extract<Verdict, { kind: 'changed' }>, answers: number): void {
    if (!oddNode || !this.#confirmed) throw error;
    if (answers > ODD_NODE_TRIES) throw new OddNode(error);
  }

  /** A final address that has expired sends us back to the one the user gave, once. */
  #refused(error: SatchelError, { begun, extra }: { begun: boolean; extra: boolean }): void {
    if (extra || !mayBeExpired(error)) throw error;
    if (this.#finalUrl !== null && this.#finalUrl !== this.#options.url) {
      this.#finalUrl = null;
      return;
    }
    if (!begun) throw error;
    const { status } = error;
    throw new SatchelError('url-expired', `HTTP ${status}`, status === undefined ? {} : { status });
  }
}
