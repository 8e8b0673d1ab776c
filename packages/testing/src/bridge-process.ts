// The end of a bridge inside a network namespace: passes connections of a port on to a unix socket, until its input ends.
import { createConnection, createServer } from "node:net";
import { joinSockets } from "./join-sockets.ts";

const [host = "", port = "", path = ""] = process.argv.slice(2);
const server = createServer((socket) => joinSockets(socket, createConnection({ path })));
server.listen({ host, port: Number(port) }, () => process.stdout.write("ready\n"));
process.stdin.resume().on("end", () => process.exit());
