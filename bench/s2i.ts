// An incremental rebuild on an s2i builder image, after one changed line: by each method of sti, beside s2i itself. The
// bytes are those between client and engine.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext } from "./bench-context.ts";
import { type ByteCounter, countBytes } from "./count-bytes.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const ROUNDS = 3;
const REPOSITORY = "sti-bench";
const PEER = "s2i build --incremental";
/** 106 MB in 6,000 files. */
const FILES = 6000;
const BYTES = 18_000;

const DOCKERFILE = `FROM debian:bookworm-slim
LABEL io.openshift.s2i.scripts-url=image:///usr/libexec/s2i
COPY assemble run save-artifacts /usr/libexec/s2i/
RUN mkdir -p /opt/app-root/src && chown -R 1001:0 /opt/app-root
ENV HOME=/opt/app-root/src
WORKDIR /opt/app-root/src
USER 1001
CMD ["/usr/libexec/s2i/run"]
`;
const ASSEMBLE = `#!/bin/bash
set -e
if [ -e /tmp/artifacts/deps ]; then mv /tmp/artifacts/deps .; else
  mkdir deps
  for ((i = 0; i < ${FILES}; i += 1)); do head -c ${BYTES} /dev/urandom > deps/$i; done
fi
cp -r /tmp/src/. .
`;
const SAVE = '#!/bin/bash\ncd "$HOME" && tar cf - deps\n';

export async function bench({ host, rounds = ROUNDS, say, signal }: BenchContext): Promise<readonly Table[]> {
  const s2i = findS2i();
  return await withImages(host, REPOSITORY, () =>
    withFolder(async (folder) => {
      const project = writeProject(folder);
      const timed = { cwd: folder, signal, env: { DOCKER_HOST: host } };
      await timeCommand({ ...timed, command: stiCommand("run", "builder") });
      const counter = await countBytes({
        socket: join(folder, "counted.sock"),
        target: host.replace("unix://", ""),
      });
      const contender = (name: string, command: readonly string[], goal?: string): Contender => ({
        name,
        ...(goal === undefined ? {} : { goal }),
        prepare: project.edit,
        run: async () => await counted(counter, { ...timed, env: { DOCKER_HOST: counter.host }, command }),
      });
      try {
        say("a clean build of each, then incremental ones");
        const rows = await measure(
          [
            ...(s2i === undefined ? [] : [contender(PEER, s2iCommand(s2i, counter.host))]),
            ...["dockerfile", "container"].map((method) =>
              contender(
                `sti, ${method} method`,
                stiCommand("run", "-m", method, `app-${method}`),
                "0.5 ×, 3 MB",
              ),
            ),
          ],
          { rounds, signal },
        );
        const size = `${Math.round((FILES * BYTES) / 1e6)} MB of artifacts in ${FILES} files`;
        return [
          {
            title: `one line changed, ${size}`,
            compare: "wall",
            peers: [PEER],
            rows,
            notes: s2i === undefined ? ["Without s2i: no s2i command on the PATH."] : [],
          },
        ];
      } finally {
        await counter.close();
      }
    }),
  );
}

async function counted(counter: ByteCounter, command: Parameters<typeof timeCommand>[0]): Promise<Figures> {
  counter.take();
  const { figures } = await timeCommand(command);
  return { ...figures, counts: { "MB through the client": Math.round(counter.take() / 1e5) / 10 } };
}

function s2iCommand(s2i: string, host: string): readonly string[] {
  const options = [
    "--incremental",
    "--copy",
    "--pull-policy=never",
    "--incremental-pull-policy=never",
    "--rm",
  ];
  return [s2i, "build", "app", `${REPOSITORY}/builder`, `${REPOSITORY}/s2i`, ...options, "--url", host];
}

function findS2i(): string | undefined {
  const found = (process.env.PATH ?? "").split(":").map((folder) => join(folder, "s2i"));
  return found.find((path) => existsSync(path) && spawnSync(path, ["version"]).status === 0);
}

function writeProject(folder: string) {
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  write("builder/Dockerfile", DOCKERFILE);
  write("builder/assemble", ASSEMBLE);
  write("builder/save-artifacts", SAVE);
  write("builder/run", "#!/bin/bash\nexec cat page\n");
  const app = (method: string) => ({
    source: "app",
    buildImage: `${REPOSITORY}/builder`,
    tag: `${REPOSITORY}/${method}`,
    incremental: true,
  });
  write(
    "sti.config.json",
    JSON.stringify({
      images: { builder: { context: "builder", tag: `${REPOSITORY}/builder` } },
      apps: { "app-dockerfile": app("dockerfile"), "app-container": app("container") },
    }),
  );
  const edit = () => write("app/page", String(Math.random()));
  edit();
  return { edit };
}
