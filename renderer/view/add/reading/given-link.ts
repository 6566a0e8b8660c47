/** An address as it stands in a text, with what the text says besides. */
export interface GivenLink {
  /** As written, credentials and all. */
  readonly url: string;
  readonly name?: string;
  /** Further addresses of the same file. */
  readonly spares?: readonly string[];
  /** As of a new task. */
  readonly dir?: string;
  readonly checksum?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
