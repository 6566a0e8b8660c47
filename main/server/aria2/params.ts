/** JSON-RPC 2.0 §5.1, and aria2's own for everything that a method refuses. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const INVALID_PARAMS = -32602;
const REFUSED = 1;

/** An error as aria2's clients get it. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const refused = (message: string): RpcError => new RpcError(REFUSED, message);

export type Struct = Readonly<Record<string, unknown>>;

export function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a method is called with, without the token; the sentences are aria2's. */
export class Params {
  readonly #values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  text(at: number): string {
    return this.#of(at, (value) => typeof value === 'string');
  }

  list(at: number): readonly unknown[] {
    return this.#of(at, Array.isArray);
  }

  struct(at: number): Struct {
    return this.#of(at, isStruct);
  }

  integer(at: number): number {
    return this.#of(at, Number.isSafeInteger);
  }

  /** Not below zero. */
  count(at: number): number {
    const value = this.integer(at);
    if (value >= 0) return value;
    throw refused(
      `The integer parameter at ${at} has invalid value: the value must be greater than or equal to 0.`,
    );
  }

  has(at: number): boolean {
    return at < this.#values.length;
  }

  #of<T>(at: number, fits: (value: unknown) => boolean): T {
    if (!this.has(at)) throw refused(`The parameter at ${at} is required but missing.`);
    const value = this.#values[at];
    if (!fits(value)) throw refused(`The parameter at ${at} has wrong type.`);
    return value as T;
  }
}
