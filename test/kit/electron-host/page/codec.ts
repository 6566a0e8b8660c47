// What crosses between the main process and a page, as text. Values go through the platform's structuredClone first: it
// decides what can be cloned, and this only has to carry what comes out of it. Everything here is also sent to the page
// as text (see scripts.ts): nothing may be used but what is listed there.

/** A string, a boolean, null, a number as it is; everything else as `[what, …]`, objects as `['@', place in table]`. */
type Wire = string | boolean | null | number | readonly [what: string, ...unknown[]];

interface Packed {
  readonly root: Wire;
  readonly table: readonly (readonly [what: string, ...unknown[]])[];
}

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

export class Encoder {
  readonly table: (readonly [what: string, ...unknown[]])[] = [];
  readonly #places = new Map<object, number>();

  put(value: unknown): Wire {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (Object.is(value, -0)) return ['number', '-0'];
      return Number.isFinite(value) ? value : ['number', String(value)];
    }
    if (typeof value === 'object') return ['@', this.#placeOf(value)];
    return [typeof value, String(value)];
  }

  #placeOf(value: object): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.table.length;
    this.#places.set(value, place);
    this.table.push(['']);
    this.table[place] = this.#describe(value);
    return place;
  }

  #describe(value: object): readonly [what: string, ...unknown[]] {
    if (Array.isArray(value)) return ['Array', value.length, ...this.#entries(value)];
    if (value instanceof Date) return ['Date', value.getTime()];
    if (value instanceof RegExp) return ['RegExp', value.source, value.flags];
    if (value instanceof Map) return ['Map', ...[...value].flat().map((each) => this.put(each))];
    if (value instanceof Set) return ['Set', ...[...value].map((each) => this.put(each))];
    if (value instanceof ArrayBuffer) return ['ArrayBuffer', toBase64(new Uint8Array(value))];
    if (ArrayBuffer.isView(value)) return this.#describeView(value);
    if (value instanceof Error) return this.#describeError(value);
    const what = Object.prototype.toString.call(value).slice(8, -1);
    if (what === 'Object') return [what, ...this.#entries(value)];
    if (['Boolean', 'Number', 'String', 'BigInt'].includes(what)) return ['Boxed', this.put(value.valueOf())];
    throw new Error('An object could not be cloned.');
  }

  #entries(value: object): unknown[] {
    return Object.entries(value).flatMap(([key, each]) => [key, this.put(each)]);
  }

  #describeView(view: ArrayBufferView): readonly [what: string, ...unknown[]] {
    const { buffer, byteOffset, byteLength } = view;
    const what = Object.prototype.toString.call(view).slice(8, -1);
    const length = 'length' in view ? view.length : byteLength;
    return ['View', what, this.put(buffer), byteOffset, length];
  }

  #describeError(error: Error): readonly [what: string, ...unknown[]] {
    const { name, message, stack } = error;
    return ['Error', name, message, stack ?? null, this.put(error.cause)];
  }
}

export class Decoder {
  readonly #table: Packed['table'];
  readonly #made = new Map<number, object>();

  constructor(table: Packed['table']) {
    this.#table = table;
  }

  get(wire: unknown): unknown {
    if (!Array.isArray(wire)) return wire;
    const [what, detail] = wire as [string, never];
    if (what === '@') return this.#made.get(detail) ?? this.#make(detail);
    if (what === 'number') return Number(detail);
    return what === 'bigint' ? BigInt(detail) : undefined;
  }

  #make(place: number): object {
    const [what, ...details] = this.#table[place] ?? [''];
    const value = this.#shell(what, details);
    // Known before it is filled: it may be part of itself.
    this.#made.set(place, value);
    if (Array.isArray(value)) this.#fill(value, details.slice(1));
    else if (value instanceof Map) this.#fillMap(value, details);
    else if (value instanceof Set) for (const each of details) value.add(this.get(each));
    else if (what === 'Object') this.#fill(value, details);
    return value;
  }

  #shell(what: string, details: readonly unknown[]): object {
    const [first, second] = details as [never, never];
    switch (what) {
      case 'Array':
        return new Array(first);
      case 'Date':
        return new Date(first ?? Number.NaN);
      case 'RegExp':
        return new RegExp(first, second);
      case 'Map':
        return new Map();
      case 'Set':
        return new Set();
      case 'ArrayBuffer':
        return fromBase64(first);
      case 'View':
        return this.#view(details);
      case 'Error':
        return this.#error(details);
      case 'Boxed':
        return Object(this.get(first));
      default:
        return {};
    }
  }

  #fill(target: object, entries: readonly unknown[]): void {
    for (let at = 0; at < entries.length; at += 2) {
      const value = this.get(entries[at + 1]);
      const property = { value, enumerable: true, configurable: true, writable: true };
      Object.defineProperty(target, entries[at] as string, property);
    }
  }

  #fillMap(target: Map<unknown, unknown>, entries: readonly unknown[]): void {
    for (let at = 0; at < entries.length; at += 2)
      target.set(this.get(entries[at]), this.get(entries[at + 1]));
  }

  #view([what, buffer, offset, length]: readonly unknown[]): ArrayBufferView {
    const View = (globalThis as unknown as Record<string, ViewClass>)[what as string] as ViewClass;
    return new View(this.get(buffer) as ArrayBuffer, offset as number, length as number);
  }

  #error([name, message, stack, cause]: readonly unknown[]): Error {
    const known = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
    const Kind = known.find((each) => each.name === name) ?? Error;
    const error = new Kind(message as string);
    const hidden = { name, stack, cause: this.get(cause) };
    for (const [key, value] of Object.entries(hidden)) {
      if (value === undefined || error[key as keyof Error] === value) continue;
      Object.defineProperty(error, key, { value, configurable: true, writable: true });
    }
    return error;
  }
}

/** Throws what Electron throws where V8 cannot clone something in it. */
export function pack(value: unknown): string {
  const encoder = new Encoder();
  const root = encoder.put(cloned(value));
  return JSON.stringify({ root, table: encoder.table });
}

export function unpack(text: string): unknown {
  const { root, table } = JSON.parse(text) as Packed;
  return new Decoder(table).get(root);
}

export function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (thrown) {
    const isRefused = thrown instanceof DOMException && thrown.name === 'DataCloneError';
    throw isRefused ? new Error('An object could not be cloned.') : thrown;
  }
}

export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer === 'function') return Buffer.from(bytes.buffer).toString('base64');
  return (bytes as unknown as { toBase64(): string }).toBase64();
}

export function fromBase64(text: string): ArrayBuffer {
  if (typeof Buffer === 'function') return new Uint8Array(Buffer.from(text, 'base64')).buffer;
  const page = Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> };
  return page.fromBase64(text).buffer;
}
