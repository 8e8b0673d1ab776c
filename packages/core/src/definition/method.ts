// The methods of building, by their present and earlier names.

export const METHODS = ["dockerfile", "container"] as const;
export type Method = (typeof METHODS)[number];

/**
 * The earlier names. They stay valid wherever a user or a program may have written them, and they are the names in
 * keys: a key must not change with a name.
 */
export const EARLIER_METHODS = { dockerfile: "build", container: "run" } as const satisfies Record<
  Method,
  string
>;
export type WrittenMethod = Method | (typeof EARLIER_METHODS)[Method];

/** The method of a name; undefined for any other text. */
export function readMethod(written: WrittenMethod): Method;
export function readMethod(written: string): Method | undefined;
export function readMethod(written: string): Method | undefined {
  return METHODS.find((method) => method === written || EARLIER_METHODS[method] === written);
}

/** Its name in a sentence. */
export function describeMethod(method: Method): string {
  return { dockerfile: "Dockerfile method", container: "container method" }[method];
}
