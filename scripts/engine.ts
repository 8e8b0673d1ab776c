// `./pnpmw engine COMMAND`: the development engine, and engines of other kinds, from the command line.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensureEngine, findEngine, startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { type EngineKind, engineKinds } from "./engine-kinds.ts";
import { engineRoot } from "./engine-root.ts";
import { engineKind, findKind, type KindEngine, startKind, stopKind } from "./kind-engine.ts";
import { listKinds } from "./list-kinds.ts";
import { privateEngine, secondEngine } from "./private-engine.ts";
import { ended, systemPath } from "./run-command.ts";
import { runScript, ScriptError } from "./run-script.ts";

const usage = `Usage: ./pnpmw engine [--kind KIND]… COMMAND
  ensure         an engine that answers: the one you have, else a private one (installed and started, as root on Debian/Ubuntu)
  start          the private engine, whatever other engines there are
  stop [--purge] end the private engine; --purge also removes its images and volumes
  status         which engine answers (exit 3: none)
  env            shell line that points DOCKER_HOST at it: eval "$(./pnpmw --silent engine env)"
  list           the kinds, and which of them run
With --kind, start, stop, status and env are about an engine of that kind (as root on Debian/Ubuntu), and there are
  exec COMMAND…  runs a command where the engine's ports and registries are, with its variables
  root           makes the Debian root of the kind, for a later start`;

await runScript(async (signal) => {
  const { command, rest, kinds, purge } = readArguments();
  const chosen = kinds.map(engineKind);
  if (command === "list" && chosen.length === 0) {
    for (const line of await listKinds({ signal })) print(line);
    return 0;
  }
  if (command === "exec") return await execute(onlyOne(chosen), rest, signal);
  if (rest.length > 0) throw new ScriptError(`Unknown: ${rest.join(" ")}\n${usage}`, 2);
  if (chosen.length > 0) return await runForKinds(command, chosen, purge, signal);
  switch (command) {
    case "ensure":
    case "start": {
      const endpoint = await (command === "ensure"
        ? ensureEngine({ signal })
        : startPrivateEngine({ signal }));
      print(`${endpoint.host} (${endpoint.from})`);
      return 0;
    }
    case "stop":
      await stopPrivateEngine({ signal, purge });
      // Tests that were killed have left theirs.
      if (existsSync(privateEngine(secondEngine()).directory))
        await stopPrivateEngine({ env: secondEngine(), signal, purge: true });
      return 0;
    case "status":
    case "env": {
      const endpoint = await findEngine({ signal });
      if (endpoint === undefined)
        throw new ScriptError("No container engine answers; `./pnpmw engine ensure` starts one.", 3);
      print(
        command === "env" ? `export DOCKER_HOST='${endpoint.host}'` : `${endpoint.host} (${endpoint.from})`,
      );
      return 0;
    }
    default:
      throw new ScriptError(usage, 2);
  }
});

function readArguments() {
  const all = process.argv.slice(2);
  // Arguments after `exec` belong to another program.
  const end = all.indexOf("exec") + 1 || all.length;
  try {
    const options = { kind: { type: "string", multiple: true }, purge: { type: "boolean" } } as const;
    const { values, positionals } = parseArgs({ args: all.slice(0, end), options, allowPositionals: true });
    const [command, ...unknown] = positionals;
    const { kind: kinds = [], purge = false } = values;
    if (purge && command !== "stop") throw new ScriptError(`--purge is for stop\n${usage}`, 2);
    const rest = [...unknown, ...all.slice(end)].filter((word, index) => index > 0 || word !== "--");
    return { command, rest, kinds, purge };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // parseArgs: an option it does not know
    throw new ScriptError(`${error.message}\n${usage}`, 2);
  }
}

async function runForKinds(
  command: string | undefined,
  kinds: readonly EngineKind[],
  purge: boolean,
  signal: AbortSignal,
): Promise<number> {
  for (const kind of kinds) {
    switch (command) {
      case "start":
        print(`${(await startKind(kind, { signal })).host} (${kind.about})`);
        break;
      case "stop":
        await stopKind(kind, { signal, purge });
        break;
      case "status":
        print(`${(await running(kind, signal)).host} (${kind.about})`);
        break;
      case "env": {
        const { env } = await running(kind, signal);
        for (const [name, value] of Object.entries(env)) print(`export ${name}='${value}'`);
        break;
      }
      case "root":
        if (kind.start !== undefined) print(await engineRoot(kind.start.root, signal));
        break;
      default:
        throw new ScriptError(usage, 2);
    }
  }
  return 0;
}

async function execute(kind: EngineKind, command: readonly string[], signal: AbortSignal): Promise<number> {
  const { enter, env } = await running(kind, signal);
  const [program, ...args] = [...enter, ...command];
  if (program === undefined || command.length === 0) throw new ScriptError(usage, 2);
  const child = spawn(program, args, {
    stdio: "inherit",
    env: { ...process.env, PATH: systemPath, ...env },
  });
  const code = await ended(child, signal);
  if (typeof code === "string") throw new ScriptError(`${command.join(" ")}: ${code}`);
  return code;
}

async function running(kind: EngineKind, signal: AbortSignal): Promise<KindEngine> {
  const found = await findKind(kind, { signal });
  if (found !== undefined) return found;
  throw new ScriptError(`No ${kind.name} runs; \`./pnpmw engine --kind ${kind.name} start\` starts one.`, 3);
}

function onlyOne(kinds: readonly EngineKind[]): EngineKind {
  const [kind, ...others] = kinds;
  if (kind !== undefined && others.length === 0) return kind;
  const names = engineKinds.map(({ name }) => name).join(", ");
  throw new ScriptError(`One --kind is needed, of ${names}\n${usage}`, 2);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
