// Passes all bytes of two sockets to each other, until one of them ends.
import type { Socket } from "node:net";

export function joinSockets(one: Socket, other: Socket): void {
  one.on("error", () => other.destroy()).on("close", () => other.end());
  other.on("error", () => one.destroy()).on("close", () => one.end());
  one.pipe(other).pipe(one);
}
