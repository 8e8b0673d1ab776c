// The streams that commands print to. Whatever is written passes here last: of control characters and escape sequences
// only sti's own colours and links to files go through, so that no name, tag, message or script of others moves the
// cursor, sets a title, rings, or gives orders to the CI that reads the log. Renderers that draw take the stream below.
import { breakInnerCommands, sanitizeText } from "./sanitize.ts";
import { understandsLinks } from "./terminal-link.ts";
import { useColour } from "./use-colour.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const below = new WeakMap<object, NodeJS.WriteStream>();

/** The same stream, with another `write`. Callers write whole lines. */
export function guardOutput(stream: NodeJS.WriteStream, env: Environment): NodeJS.WriteStream {
  const guard = createTextGuard({
    colour: useColour(stream),
    links: understandsLinks(stream, env),
    commands: env.GITHUB_ACTIONS === "true" || env.TF_BUILD !== undefined,
  });
  const write = (chunk: string | Uint8Array, ...rest: never[]) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return stream.write(guard(text), ...rest);
  };
  const guarded = new Proxy(stream, {
    get(target, key) {
      if (key === "write") return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  below.set(guarded, stream);
  return guarded;
}

/** The stream below a guarded one, for what moves the cursor or speaks to a CI, and makes foreign text safe itself. */
export function drawingStream<Stream extends object>(stream: Stream): Stream {
  return (below.get(stream) as Stream | undefined) ?? stream;
}

/** Properties of the output that decide which text may pass. */
export interface TextGuard {
  readonly colour: boolean;
  readonly links: boolean;
  /** Whether lines are read by a CI that takes some of them for commands. */
  readonly commands: boolean;
}

/** The part of a text, write by write, that may be printed. */
export function createTextGuard({ colour, commands, links }: TextGuard): (text: string) => string {
  const kinds = [...(colour ? [COLOUR] : []), ...(links ? [LINK, LINK_END] : [])];
  const own = kinds.length === 0 ? undefined : new RegExp(`(${kinds.join("|")})`, "gu");
  /** The start of the line that the last write left open, as far as it could become a command. */
  let open = "";
  return (text) => {
    const lines = text.split("\n").map((line) => cleanLine(line, own));
    if (commands) {
      for (const [index, line] of lines.entries()) {
        const start = index === 0 ? open : "";
        lines[index] = withoutCommands(line, start);
        open = (start + line).slice(0, 64);
      }
    }
    return lines.map((line) => (colour ? line + closing(line) : line)).join("\n");
  };
}

const COLOUR = String.raw`\u001b\[[\d;]{0,20}m`;
const LINK = String.raw`\u001b\]8;;file:[\u0021-\u007e]*\u001b\\`;
const LINK_END = String.raw`\u001b\]8;;\u001b\\`;
const COLOURS = new RegExp(COLOUR, "gu");
/** Codes that end a colour or style. */
const ENDS = /^.\[(?:0|2[1-9]|39|49|5[45])?m$/u;

function cleanLine(line: string, own: RegExp | undefined): string {
  if (own === undefined) return sanitizeText(line);
  // Every second part is one of ours.
  return line
    .split(own)
    .map((part, index) => (index % 2 === 1 ? part : sanitizeText(part)))
    .join("");
}

/** A colour that a line leaves on is one that was cut off, or not ours. */
function closing(line: string): string {
  const last = line.match(COLOURS)?.at(-1);
  return last === undefined || ENDS.test(last) ? "" : "\u001b[0m";
}

/** "::error::", also after spaces, and "##[error]" anywhere would be commands. `start`: of the same line. */
function withoutCommands(line: string, start: string): string {
  const safe = breakInnerCommands(line);
  const whole = (start + safe).replaceAll(COLOURS, "").trimStart();
  const isOpen = start.replaceAll(COLOURS, "").trimStart().startsWith("::");
  if (isOpen || !whole.startsWith("::")) return safe;
  const first = safe.indexOf(":");
  // The first colon may have been written before.
  return start.includes(":") ? ` ${safe}` : `${safe.slice(0, first + 1)} ${safe.slice(first + 1)}`;
}
