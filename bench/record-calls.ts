// Stands between sti and an engine and writes down each call, with what had been answered when it was made, so that
// replay-calls.ts can make the same calls again. Unix socket to unix socket.
import http from "node:http";

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  /** Base64. */
  readonly body: string;
  /** Numbers of the calls whose answers had ended when this one was made. */
  readonly afterEnd: readonly number[];
  /** Numbers of those whose answers had only begun. */
  readonly afterBegin: readonly number[];
  /** The id of the object that the call made, as in the answer, without "sha256:". */
  readonly madeId: string | undefined;
}

/** Id of a new object in an answer: to a creation, to a commit, or at the end of a build. */
const MADE_ID = /"I[dD]":"(?:sha256:)?([0-9a-f]{64})"/;

interface Observed {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly made: number;
  readonly sent: Buffer[];
  readonly answered: Buffer[];
  begun: number;
  ended: number;
}

/** All calls that `work` makes through the proxy, in order. */
export async function recordCalls(
  { socket, target }: { readonly socket: string; readonly target: string },
  work: (host: string) => Promise<unknown>,
): Promise<readonly RecordedCall[]> {
  const observed: Observed[] = [];
  const server = http.createServer((request, response) => {
    const { headers, method = "GET", url: path = "/" } = request;
    const contentType = headers["content-type"];
    const never = Number.POSITIVE_INFINITY;
    const made = performance.now();
    const call: Observed = {
      method,
      path,
      contentType,
      made,
      sent: [],
      answered: [],
      begun: never,
      ended: never,
    };
    observed.push(call);
    const onward = http.request({ socketPath: target, method, path, headers, agent: false }, (answer) => {
      call.begun = performance.now();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on("data", (chunk: Buffer) => call.answered.push(chunk));
      answer.on("end", () => {
        call.ended = performance.now();
      });
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.on("data", (chunk: Buffer) => call.sent.push(chunk));
    request.pipe(onward);
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(socket, listening.resolve);
  await listening.promise;
  try {
    await work(`unix://${socket}`);
  } finally {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  }
  return observed.map((call) => toRecorded(call, observed));
}

function toRecorded(call: Observed, all: readonly Observed[]): RecordedCall {
  const { contentType, method, path } = call;
  const numbers = (isMeant: (other: Observed) => boolean) =>
    all.flatMap((other, number) => (other !== call && isMeant(other) ? number : []));
  const answer = Buffer.concat(call.answered).toString("latin1");
  return {
    method,
    path,
    contentType,
    body: Buffer.concat(call.sent).toString("base64"),
    afterEnd: numbers(({ ended }) => ended <= call.made),
    afterBegin: numbers(({ begun, ended }) => begun <= call.made && ended > call.made),
    madeId: method === "POST" ? MADE_ID.exec(answer)?.[1] : undefined,
  };
}
