// The least that an engine has to do for a new image: a container that runs the script on a source which is there
// already, committed and removed.
import { callEngine } from "@sti/testing/engine-api";

export interface EngineFloor {
  /** Milliseconds from the first call to the end of the last. */
  run(): Promise<number>;
  close(): Promise<void>;
}

const VOLUME = "sti-bench-floor";

/** `image` has `prepare`; `source` is an image that has the source in /srv. `tag`: of the committed image. */
export async function createEngineFloor(options: {
  readonly host: string;
  readonly image: string;
  readonly source: string;
  readonly tag: string;
}): Promise<EngineFloor> {
  const { host, image, source, tag } = options;
  const call = async (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => {
    const answer = await callEngine({ host }, method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as { readonly Id: string };
  };
  const runContainer = async (from: string, command: readonly string[], folder: string) => {
    const { Id } = await call("POST", "/containers/create", {
      Image: from,
      Cmd: command,
      HostConfig: { Mounts: [{ Type: "volume", Source: VOLUME, Target: folder }] },
    });
    const ended = call("POST", `/containers/${Id}/wait?condition=next-exit`);
    await call("POST", `/containers/${Id}/start`);
    await ended;
    return Id;
  };
  const close = async () => {
    await call("DELETE", `/volumes/${VOLUME}?force=1`);
  };
  await close();
  const filling = await runContainer(source, ["cp", "-r", "/srv/.", "/fill/"], "/fill");
  await call("DELETE", `/containers/${filling}`);
  let last: string | undefined;
  return {
    close,
    run: async () => {
      const started = performance.now();
      const container = await runContainer(image, ["/usr/bin/prepare"], "/tmp/src");
      const { Id } = await call(
        "POST",
        `/commit?container=${container}&repo=${encodeURIComponent(tag)}&tag=latest`,
      );
      await call("DELETE", `/containers/${container}`);
      const time = performance.now() - started;
      if (last !== undefined) await call("DELETE", `/images/${last}?force=1`);
      last = Id;
      return time;
    },
  };
}
