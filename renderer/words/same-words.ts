/** The plural forms that a language may have; English has two of them, Chinese one. */
type Base<K extends string> = K extends `${infer B}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}`
  ? B
  : K;
type Plurals<T> = Extract<keyof T, `${string}_other`>;
type PluralOfOther<K extends string> = K extends `${infer B}_other` ? B : never;

/** What a translation of `T` must have: every word, and of what is counted at least the form for `other`. */
export type SameWords<T> = {
  readonly [K in keyof T as K extends string
    ? Base<K> extends PluralOfOther<Plurals<T> & string>
      ? never
      : K
    : never]: T[K] extends string ? string : SameWords<T[K]>;
} & { readonly [K in Plurals<T>]: string } & {
  readonly [K in keyof T as T[K] extends string ? K : never]?: string;
};
