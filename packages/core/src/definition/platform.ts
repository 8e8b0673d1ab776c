// Platforms as configs and command lines name them. Their normal form has no variant: engines announce none.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { suggest } from "../failure/suggest.ts";

const ARCHITECTURES = ["amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "mips64le", "loong64"];

/** Variants that a platform without one stands for. */
const USUAL: Readonly<Record<string, string>> = { amd64: "v1", arm64: "v8", arm: "v7" };

/** The normal form, "linux/arm64". The problem follows the written text. */
export function parsePlatform(written: string): { readonly platform: string } | { readonly problem: string } {
  const [os = "", architecture = "", variant, ...rest] = written.split("/");
  if (architecture === "" || rest.length > 0) return { problem: "must be a platform such as 'linux/arm64'" };
  if (os !== "linux") return { problem: "is not supported: images are built for linux only" };
  if (!ARCHITECTURES.includes(architecture)) {
    const near = suggest(architecture, ARCHITECTURES);
    const hint = near === undefined ? `known are ${ARCHITECTURES.join(", ")}` : `did you mean linux/${near}?`;
    return { problem: `has an unknown architecture; ${hint}` };
  }
  if (variant !== undefined && variant !== USUAL[architecture]) {
    return { problem: `has a variant that engines do not announce; use linux/${architecture}` };
  }
  return { platform: `${os}/${architecture}` };
}

/** Problems are added to `failures`. */
export function resolvePlatforms(
  written: readonly string[] | undefined,
  { failures, path }: { readonly failures: Failure[]; readonly path: ConfigPath },
): readonly string[] | undefined {
  if (written === undefined) return undefined;
  const platforms: string[] = [];
  written.forEach((text, index) => {
    const parsed = parsePlatform(text);
    const problem = "problem" in parsed ? parsed.problem : describeDouble(parsed.platform, platforms, path);
    if ("platform" in parsed) platforms.push(parsed.platform);
    if (problem === undefined) return;
    failures.push({ code: "config-invalid", path: [...path, index], message: `${quote(text)} ${problem}` });
  });
  return platforms;
}

/** `platform` of the app takes the place of the platforms of all. */
export function resolveAppPlatforms(
  app: { readonly platform?: string | undefined; readonly platforms?: readonly string[] | undefined },
  common: readonly string[] | undefined,
  { failures, path }: { readonly failures: Failure[]; readonly path: ConfigPath },
): { readonly platforms?: readonly string[] } {
  if (app.platform !== undefined && app.platforms !== undefined) {
    const message = "is set beside platforms; remove one of them";
    failures.push({ code: "config-invalid", path: [...path, "platform"], message });
  }
  const own = resolvePlatforms(app.platforms, { failures, path: [...path, "platforms"] });
  const platforms = own ?? (app.platform === undefined ? common : undefined);
  return platforms === undefined ? {} : { platforms };
}

function describeDouble(platform: string, earlier: readonly string[], path: ConfigPath): string | undefined {
  const index = earlier.indexOf(platform);
  return index === -1 ? undefined : `is ${platform}, like ${path.at(-1)}[${index}]`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
