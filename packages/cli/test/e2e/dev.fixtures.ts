// A server to watch, and a `sti watch --run` whose events a test can wait for.
import type { SessionEvent } from "@sti/core";
import { type CliRun, runSti } from "@sti/testing/run-cli";
import { onTestFinished } from "vitest";

/** Answers with its version and the page that is in the image, or was copied there. */
export const server = (version: string) => `use strict; use IO::Socket::INET;
$| = 1; $SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die "no port: $!";
print "${version} listens with $ENV{MODE}\\n";
while (1) {
  my $client = $server->accept or next;
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  open(my $page, '<', '/srv/public/page'); my $body = "${version} " . <$page>; close $page;
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
  close $client;
}
`;

export interface RunWatch {
  events(): readonly SessionEvent[];
  /** Resolves to the first event of this type, after those that were there when `after` was taken. */
  until<Type extends SessionEvent["type"]>(
    type: Type,
    target?: string,
    after?: number,
  ): Promise<Extract<SessionEvent, { readonly type: Type }>>;
  /** Resolves to the first group of the pattern, once the output has it. */
  untilPrinted(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<CliRun>;
}

/** `sti watch --run ARGS` in `cwd`; ended with the test. */
export function watchAndRun(cwd: string, ...args: readonly string[]): RunWatch {
  let output = "";
  let kill: (signal: NodeJS.Signals) => void = () => {};
  let isOver = false;
  const listeners = new Set<() => void>();
  const ended = runSti(["watch", "--run", "--reporter", "ndjson", ...args], {
    cwd,
    onOutput: (text, killChild) => {
      output = text;
      kill = killChild;
      for (const listener of listeners) listener();
    },
  }).finally(() => {
    isOver = true;
    for (const listener of listeners) listener();
  });
  onTestFinished(async () => {
    if (!isOver) kill("SIGINT");
    await ended;
  });
  const events = () =>
    output
      .slice(0, output.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as SessionEvent);
  const nextOutput = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    listeners.add(resolve);
    await promise;
    listeners.delete(resolve);
  };
  return {
    events,
    async until(type, target, after = 0) {
      for (;;) {
        const found = events()
          .slice(after)
          .find(
            (event) =>
              event.type === type && (target === undefined || ("target" in event && event.target === target)),
          );
        if (found !== undefined) return found as never;
        if (isOver) throw new Error(`the watch ended without ${type}: ${output}`);
        await nextOutput();
      }
    },
    async untilPrinted(pattern) {
      for (;;) {
        const found = pattern.exec(output)?.[1];
        if (found !== undefined) return found;
        if (isOver) throw new Error(`the watch ended without ${pattern}: ${output}`);
        await nextOutput();
      }
    },
    kill: (signal) => kill(signal),
    ended,
  };
}
