// Keeps the young half of the heap small. V8 doubles it as often as it fills up, which costs memory that a session of
// many targets has no use for: what it makes is either gone at once or stays to the end.
import { setFlagsFromString } from "node:v8";

/** For when the code is loaded: before that, a young heap that grows saves time. */
export function limitHeapGrowth(): void {
  // The one flag about the young heap that V8 looks at again whenever it grows.
  setFlagsFromString("--semi-space-growth-factor=1");
}
