// Parses a mount of an app's container: "./data:/data", "cache:/var/cache:ro".
import type { DevVolume } from "./dev-settings.ts";

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;
const FORMS = `write "./FOLDER:/PATH", "NAME:/PATH" or either with ":ro" after it`;

/** A problem follows the place: "is … ". */
export function parseVolume(written: string): DevVolume | { readonly problem: string } {
  const [source = "", target, mode = "rw", ...more] = written.split(":");
  if (target === undefined || more.length > 0) {
    const question =
      target === undefined && source.startsWith("/")
        ? `; did you mean ${JSON.stringify(`.${source}:${source}`)} or ${JSON.stringify(`NAME:${source}`)}?`
        : `: ${FORMS}`;
    return { problem: `is ${JSON.stringify(written)}${question}` };
  }
  if (mode !== "ro" && mode !== "rw") {
    return {
      problem: `ends in ${JSON.stringify(`:${mode}`)}; did you mean ${JSON.stringify(`${source}:${target}:ro`)}?`,
    };
  }
  if (!/^\/[^/]/.test(target) || target.split("/").includes("..")) {
    const meant = `/${target
      .split("/")
      .filter((part) => part !== "" && part !== "." && part !== "..")
      .join("/")}`;
    const question = meant === "/" ? "" : `; did you mean ${JSON.stringify(`${source}:${meant}`)}?`;
    return { problem: `has ${JSON.stringify(target)}, expected an absolute path below /${question}` };
  }
  const place = { target: target.replace(/\/+$/, ""), readOnly: mode === "ro" };
  if (/^[./~]/.test(source)) return { kind: "folder", folder: source, ...place };
  if (VOLUME_NAME.test(source)) return { kind: "volume", name: source, ...place };
  const question =
    source === "" ? `: ${FORMS}` : `; did you mean the folder ${JSON.stringify(`./${source}:${target}`)}?`;
  return { problem: `has ${JSON.stringify(source)}, expected a name of a volume${question}` };
}
