// The name that a target has in the config. Scripts, labels and keys get it, so that they are the same for all variants
// of a target.
import type { Target } from "./target.ts";

export function declaredName({ name, variantOf }: Pick<Target, "name" | "variantOf">): string {
  return variantOf ?? name;
}
