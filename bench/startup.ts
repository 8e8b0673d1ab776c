// Cost of starting: commands that read nothing, and a plan of one app without an engine.
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { type Contender, measure, type Table } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";

const EMPTY = "node -e 0";

export async function bench({ rounds = 15, signal }: BenchContext): Promise<readonly Table[]> {
  return await withFolder(async (folder) => {
    const [code, data] = [`${folder}/code`, `${folder}/data`];
    generateWorkspace({ folder: code, apps: 1 });
    generateWorkspace({ folder: data, apps: 1, config: "json" });
    const contender = (name: string, command: readonly string[], more: object = {}): Contender => ({
      name,
      run: async () => (await timeCommand({ command, cwd: data, signal, ...more })).figures,
    });
    const rows = await measure(
      [
        contender(EMPTY, [process.execPath, "-e", "0"]),
        { ...contender("sti --version", stiCommand("--version")), goal: `${EMPTY} + 15 ms` },
        contender("sti --help", stiCommand("--help")),
        contender("sti plan --offline, JSON config", stiCommand("plan", "--offline")),
        contender("sti plan --offline, TypeScript config", stiCommand("plan", "--offline"), { cwd: code }),
      ],
      { rounds, signal },
    );
    return [{ title: "start-up", compare: "wall", peers: [EMPTY], rows }];
  });
}
