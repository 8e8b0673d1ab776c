// A connection to an engine through the user's ssh program, as a stream that Node's HTTP agent can keep for later calls.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { Duplex, type Readable, type Writable } from "node:stream";

/** The ssh program knows the user's configuration, keys and known hosts; a library would not check host keys. */
export class SshConnection extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** `args`: of ssh. Errors are ssh's own words. */
  constructor(args: readonly string[]) {
    super();
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.stdout.on("data", (chunk: Uint8Array) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on("error", () => {}); // a broken pipe only means that ssh is ending; ssh reports the reason itself
    child.on("error", (error) => this.destroy(new Error(`ssh cannot be started: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(said.trim() || `ssh ended with code ${code}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // An agent calls these for a socket that it keeps. An unused connection does not keep the process alive; ssh ends
  // when its input does.
  ref(): this {
    for (const handle of this.#handles()) handle.ref();
    return this;
  }

  unref(): this {
    for (const handle of this.#handles()) handle.unref();
    return this;
  }

  setKeepAlive(): this {
    return this; // ServerAliveInterval in the user's own ssh configuration is for that
  }

  setTimeout(): this {
    return this; // each call has its own limit
  }

  #handles(): readonly { ref(): unknown; unref(): unknown }[] {
    const { stderr, stdin, stdout } = this.#child;
    // Pipes of a child are sockets, though their types are those of plain streams.
    return [this.#child, ...([stdin, stdout, stderr] as unknown as readonly Socket[])];
  }
}
