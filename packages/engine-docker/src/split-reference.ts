// Owns the two halves in which the engine's API wants an image reference. Leaves its syntax to core.

/** A reference without a tag means "latest": asked without one, an engine pulls every tag there is. */
export function splitReference(reference: string): { readonly repository: string; readonly tag: string } {
  const [named = "", digest] = reference.split("@", 2);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  if (digest !== undefined) return { repository, tag: digest };
  return { repository, tag: colon < 0 ? "latest" : named.slice(colon + 1) };
}
