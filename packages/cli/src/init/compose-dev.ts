// Settings of a service's container in the form of `dev`: ports, variables, command and volumes. Pure.
import { withDefaults } from "./compose-variables.ts";
import { objectOf, scalarOf } from "./json-values.ts";
import { readPath } from "./written-build.ts";

type Refuse = (reason: string) => void;

const PORT = /^(?:(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f.:]+\]):)?(\d{1,5})?:)?(\d{1,5})(?:\/(tcp|udp))?$/i;

/** "8080:80", "127.0.0.1:8080:80", and the long form with target and published. */
export function readPorts(written: readonly unknown[], refuse: Refuse): readonly string[] {
  return written.flatMap((item) => {
    const text = scalarOf(item) ?? longPort(objectOf(item));
    const resolved = withDefaults(text ?? "");
    if ("problem" in resolved) {
      refuse(`port ${text} ${resolved.problem}`);
      return [];
    }
    const [, ip, host, port, protocol] = PORT.exec(resolved.text) ?? [];
    if (port === undefined || !isPort(port) || (host !== undefined && !isPort(host))) {
      refuse(`port ${resolved.text}: write one entry of dev.ports for each port`);
      return [];
    }
    const mapping = ip === undefined && host === undefined ? port : `${host ?? ""}:${port}`;
    return [(ip === undefined ? "" : `${ip}:`) + mapping + (protocol?.toLowerCase() === "udp" ? "/udp" : "")];
  });
}

function longPort(port: Readonly<Record<string, unknown>>): string | undefined {
  const [target, published, ip] = [port.target, port.published, port.host_ip].map(scalarOf);
  if (target === undefined) return undefined;
  const host = published === undefined && ip === undefined ? "" : `${published ?? ""}:`;
  return `${ip === undefined ? "" : `${ip}:`}${host}${target}${port.protocol === "udp" ? "/udp" : ""}`;
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65535;
}

/** Commands that need the tools and the source tree of development, which a built image does not contain. */
const DEVELOPS =
  /\b(?:dev|watch|nodemon|ts-node|tsx|--reload|--debug|runserver|start:dev|debugpy|--inspect\S*)\b/;

/** `isBuilt`: from the project. */
export function readCommand(
  written: unknown,
  refuse: Refuse,
  { isBuilt }: { readonly isBuilt: boolean },
): readonly string[] | undefined {
  const words = typeof written === "string" ? splitWords(written) : textsOf(written);
  if (words === undefined || words.length === 0) {
    if (written !== undefined && written !== null) refuse("command: not a plain list of words");
    return undefined;
  }
  const resolved = words.map(withDefaults);
  const text = words.join(" ");
  if (resolved.some((one) => "problem" in one))
    refuse(`command: ${text} contains variables without a default`);
  else if (isBuilt && DEVELOPS.test(text))
    refuse(`command: ${text} is for a source tree; sti watch --run rebuilds and restarts the app`);
  else return resolved.map((one) => ("text" in one ? one.text : ""));
  return undefined;
}

function textsOf(written: unknown): readonly string[] | undefined {
  if (!Array.isArray(written)) return undefined;
  const words = written.map(scalarOf);
  return words.every((word) => word !== undefined) ? words : undefined;
}

/** Undefined for text that only a shell understands. */
function splitWords(text: string): readonly string[] | undefined {
  if (/[|&;<>()`\\\n*?~]/.test(text)) return undefined;
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)];
  const isWhole = words.map(([word]) => word).join("").length === text.replaceAll(/\s/g, "").length;
  const hasQuotes = /["']/.test(text);
  if (!isWhole && !hasQuotes) return undefined;
  return words.map(([, double, single, plain]) => double ?? single ?? plain ?? "");
}

/** `context`: the service's own source, which the image contains already; undefined: it is not built here. */
export function readVolumes(
  written: readonly unknown[],
  context: string | undefined,
  refuse: Refuse,
): readonly string[] {
  return written.flatMap((item) => {
    const volume = typeof item === "string" ? shortVolume(item) : longVolume(objectOf(item));
    if (volume === undefined) {
      refuse(`volume ${typeof item === "string" ? item : JSON.stringify(item)}: no named volume or folder`);
      return [];
    }
    const { source, target, isReadOnly } = volume;
    const suffix = isReadOnly ? ":ro" : "";
    if (!/^[./~]/.test(source)) return [`${source}:${target}${suffix}`];
    const folder = readPath(source);
    if ("problem" in folder) {
      refuse(`volume ${source}:${target} ${folder.problem}`);
      return [];
    }
    if (context !== undefined && isInside(folder.path, context)) {
      refuse(`volume ${source}:${target}: the source is in the image; dev.sync copies changed files`);
      return [];
    }
    return [`./${folder.path}:${target}${suffix}`];
  });
}

interface Volume {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;

function shortVolume(written: string): Volume | undefined {
  const resolved = withDefaults(written);
  if ("problem" in resolved) return undefined;
  const [source = "", target, mode = ""] = resolved.text.split(":");
  return volumeOf(source, target, mode.split(",").includes("ro"));
}

function longVolume(volume: Readonly<Record<string, unknown>>): Volume | undefined {
  if (volume.type !== "bind" && volume.type !== "volume") return undefined;
  const [source, target] = [volume.source, volume.target].map((value) => {
    const resolved = withDefaults(scalarOf(value) ?? "");
    return "text" in resolved ? resolved.text : "";
  });
  return volumeOf(source ?? "", target, volume.read_only === true);
}

function volumeOf(source: string, target: string | undefined, isReadOnly: boolean): Volume | undefined {
  const isNamed = /^[./~]/.test(source) || VOLUME_NAME.test(source);
  const isPlace = target !== undefined && /^\/[^/]/.test(target) && !target.split("/").includes("..");
  return isNamed && isPlace ? { source, target: target.replace(/\/+$/, ""), isReadOnly } : undefined;
}

function isInside(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
