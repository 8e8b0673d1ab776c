// Watching at run time. An entry of its own: only the command that watches loads it. The types are in index.ts.
export { startWatching } from "./watch/start-watching.ts";
