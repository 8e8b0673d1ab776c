// `./pnpmw engine ensure|start|stop|status|env`: the development engine from the command line.
import { ensureEngine, findEngine, startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { runScript, ScriptError } from "./run-script.ts";

const usage = `Usage: ./pnpmw engine COMMAND
  ensure         an engine that answers: the one you have, else a private one (installed and started, as root on Debian/Ubuntu)
  start          the private engine, whatever other engines there are
  stop [--purge] end the private engine; --purge also removes its images and volumes
  status         which engine answers (exit 3: none)
  env            shell line that points DOCKER_HOST at it: eval "$(./pnpmw --silent engine env)"`;

await runScript(async (signal) => {
  const [command, ...flags] = process.argv.slice(2);
  const unknown = flags.filter((flag) => !(command === "stop" && flag === "--purge"));
  if (unknown.length > 0) throw new ScriptError(`Unknown: ${unknown.join(" ")}\n${usage}`, 2);
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
      await stopPrivateEngine({ signal, purge: flags.includes("--purge") });
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

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
