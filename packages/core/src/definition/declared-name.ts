// The name that a target has in the config. Scripts, labels and keys get it, so that variants of a target are told nothing
// that differs between them.
import type { Target } from "./target.ts";

export function declaredName({ name, variantOf }: Pick<Target, "name" | "variantOf">): string {
  return variantOf ?? name;
}
