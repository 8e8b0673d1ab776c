// The renderer for programs: each event as one line of JSON, as docs/events.md has it.
import { formatJson } from "./format-json.ts";
import type { Output, Renderer } from "./renderer.ts";

export function createNdjsonRenderer({ output }: { readonly output: Output }): Renderer {
  return {
    open() {},
    render(event) {
      output.write(formatJson(event));
    },
    close() {},
  };
}
