// Reads the output of `docker buildx bake --print`: targets with all that they inherit, and without variables. Pure.
import { type BakeContent, mapTexts, readBuild } from "./bake-target.ts";
import type { BakeTarget, Remark } from "./inspection.ts";
import { type JsonObject, objectOf, scalarOf } from "./json-values.ts";

export interface PrintedBake {
  /** Name of the bake file. */
  readonly file: string;
  readonly written: JsonObject;
  /** Printed with `values`; undefined if bake refused them. */
  readonly probe: JsonObject | undefined;
  /** Values of variables, by name; each occurs nowhere else. */
  readonly values: Readonly<Record<string, string>>;
  /** Targets that others inherit from. */
  readonly bases: readonly string[];
}

export function readPrintedBake({ bases, file, probe, values, written }: PrintedBake): BakeContent {
  const remarks: Remark[] = [];
  const probed = objectOf(probe?.target);
  const names = new Map(Object.entries(values).map(([name, value]) => [value, name]));
  const targets = Object.entries(objectOf(written.target)).flatMap(
    ([name, printed]): readonly BakeTarget[] => {
      const refuse = (reason: string) => remarks.push({ place: `${file}, ${name}`, reason });
      const target = objectOf(printed);
      // A target that others inherit from is no build of its own.
      if (bases.includes(name) && target.tags === undefined) return [];
      const other = probed[name] === undefined ? undefined : objectOf(objectOf(probed[name]).args);
      const args = Object.entries(objectOf(target.args)).map(([key, value]) => {
        const text = scalarOf(value) ?? "";
        const changed = other === undefined ? text : scalarOf(other[key]);
        const variable = names.get(changed ?? "");
        if (variable !== undefined && !/[{}$]/.test(text)) return [key, `\${${variable}:-${text}}`] as const;
        if (changed !== text)
          refuse(`args.${key} is made of variables; it is written with their defaults: ${text}`);
        return [key, literal(text)] as const;
      });
      const whole = { ...objectOf(mapTexts(target, literal)), args: Object.fromEntries(args) };
      const build = readBuild(whole, refuse);
      return build === undefined ? [] : [{ name, file, build }];
    },
  );
  return { targets, remarks };
}

/** Without variables: bake writes `$${` for `${`, by its version. */
function literal(text: string): string {
  return text.replaceAll("$${", "${").replaceAll("$", "$$$$");
}
