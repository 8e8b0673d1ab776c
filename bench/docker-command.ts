// The docker command, where there is one that can use BuildKit, and the Dockerfile that does what sti does.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A `docker` on the PATH that can use BuildKit: older than 23, or with buildx. */
export function findDocker(): string | undefined {
  const found = (process.env.PATH ?? "").split(":").map((folder) => join(folder, "docker"));
  return found.find((docker) => {
    if (!existsSync(docker)) return false;
    const version = spawnSync(docker, ["--version"], { encoding: "utf8" }).stdout ?? "";
    const major = Number(/version (\d+)\./.exec(version)?.[1]);
    return major < 23 || spawnSync(docker, ["buildx", "version"]).status === 0;
  });
}

/** The command line of a build; writes its Dockerfile into `folder`. Wants DOCKER_BUILDKIT=1. */
export function dockerBuild(build: {
  readonly docker: string;
  readonly folder: string;
  /** Below the folder. */
  readonly context: string;
  readonly builder: string;
  readonly tag: string;
}): readonly string[] {
  const dockerfile = join(build.folder, "bench.Dockerfile");
  writeFileSync(
    dockerfile,
    [
      `FROM ${build.builder}`,
      "RUN --mount=type=bind,target=/tmp/src,rw /usr/bin/prepare",
      'CMD ["/usr/bin/run"]',
      "",
    ].join("\n"),
  );
  const context = join(build.folder, build.context);
  return [build.docker, "build", "-q", "-t", build.tag, "-f", dockerfile, context];
}
