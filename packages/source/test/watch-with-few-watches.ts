// Watches the folder that is its argument, and prints the reported changes, a JSON a line. Started by a test in a place
// with few kernel watches; ends with its input.
import { watchSources } from "../src/watch/watch-sources.ts";
import { appTarget } from "./temp-folder-targets.ts";

const [directory = ""] = process.argv.slice(2);
const print = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);
const watcher = await watchSources({
  directory,
  targets: [appTarget("web")],
  configFiles: [],
  onChange: (change) =>
    print(change.kind === "sources" ? { paths: change.changes.get("web") } : { kind: change.kind }),
  onProblem: (problem) => print({ problem }),
});
print({ ready: true });
process.stdin.resume().once("end", () => void watcher.close());
