// Whether a stream gets colours: Node's own rule (NO_COLOR, NODE_DISABLE_COLORS, FORCE_COLOR, TERM, a terminal or not).
import { Stream } from "node:stream";
import { styleText } from "node:util";

/** An object that is no stream of Node's, e.g. a buffer that collects text, gets no colours. */
export function useColour(output: object): boolean {
  if (!(output instanceof Stream)) return false;
  const stream = output as Stream & NodeJS.WritableStream;
  return styleText("red", "x", { validateStream: true, stream }) !== "x";
}
