// Variables in a value of a compose file: `$X`, `${X}`, `${X:-default}`. Pure. Values of the environment and of `.env`
// files are never read: a config must not depend on the machine where it was proposed, nor contain its secrets.
import type { Value } from "./inspection.ts";

/** A value with at most one variable, or the reason why it cannot be one value of a config. */
export type Interpolated = { readonly value: Value } | { readonly problem: string };

interface Variable {
  readonly name: string;
  readonly default: string | undefined;
}

type Part = string | Variable;

export function interpolate(written: string): Interpolated {
  const parts = split(written);
  if ("problem" in parts) return parts;
  const variables = parts.parts.filter((part) => typeof part !== "string");
  const [only] = variables;
  if (only === undefined) return { value: parts.parts.join("") };
  if (parts.parts.length > 1)
    return { problem: `mixes text and variables (${variables.map(({ name }) => name).join(", ")})` };
  return {
    value: { fromHost: only.name, ...(only.default === undefined ? {} : { default: only.default }) },
  };
}

/** The text with each variable replaced by its default, or the name of a variable without one. */
export function withDefaults(written: string): { readonly text: string } | { readonly problem: string } {
  const parts = split(written);
  if ("problem" in parts) return parts;
  let text = "";
  for (const part of parts.parts) {
    if (typeof part === "string") text += part;
    else if (part.default === undefined) return { problem: `needs the variable ${part.name}` };
    else text += part.default;
  }
  return { text };
}

const VARIABLE =
  /\$(?:(?<dollar>\$)|(?<plain>[A-Za-z_]\w*)|\{(?<name>[A-Za-z_]\w*)(?:(?<operator>:?[-?+])(?<word>[^{}$]*))?\})/y;

/** Adjacent texts are one part. */
function split(written: string): { readonly parts: readonly Part[] } | { readonly problem: string } {
  const parts: Part[] = [];
  const add = (text: string) => {
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + text;
    else parts.push(text);
  };
  for (let at = 0; at < written.length; ) {
    const dollar = written.indexOf("$", at);
    if (dollar !== at) add(written.slice(at, dollar === -1 ? undefined : dollar));
    if (dollar === -1) break;
    VARIABLE.lastIndex = dollar;
    const match = VARIABLE.exec(written)?.groups;
    if (match === undefined || match.operator?.endsWith("+") === true)
      return {
        problem: `has a form of variable that sti does not know: ${written.slice(dollar, dollar + 40)}`,
      };
    at = VARIABLE.lastIndex;
    if (match.dollar !== undefined) add("$");
    else {
      const name = match.plain ?? match.name ?? "";
      parts.push({ name, default: match.operator?.endsWith("-") === true ? match.word : undefined });
    }
  }
  return { parts };
}
