import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";

const LOADER = new URL("./load-program.ts", import.meta.url).href;
/** Each call compiles functions that nobody called before. */
const MAIN = `
const others = require("./others.cjs");
exports.main = (count) => console.log(Array.from({ length: count }, (_, n) => others["f" + n](n)).join());
`;
const OTHERS = Array.from(
  { length: 4000 },
  (_, n) =>
    `exports.f${n} = (x) => { const list = [x, ${n}]; return list.map((one) => one * 2).join("+"); };`,
).join("\n");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-start-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["dist", "cache"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "dist/main.cjs"), MAIN);
  writeFileSync(join(folder, "dist/others.cjs"), OTHERS);
});

const files = () => readdirSync(join(folder, "cache"));

test("a command has its bytecode from its first success on, and says what it said", () => {
  expect(run(1, { code: 1 })).toEqual({ said: "0+0", scripts: "none,none" });
  expect(files()).toEqual([]);
  expect(run(1)).toEqual({ said: "0+0", scripts: "none,none" });
  expect(files()).toEqual([expect.stringMatching(/^run-\w+\.bytecode$/)]);
  expect(run(3)).toEqual({ said: "0+0,2+2,4+4", scripts: "used,used" });
  expect(run(1, { command: "plan" }).scripts).toBe("none,none");
  expect(run(1, { command: "../../etc/passwd" }).scripts).toBe("none,none");
  expect(files()).toHaveLength(3);
});

test("a run that takes long leaves no bytecode", () => {
  run(1, { longestRun: 0 });
  expect(files()).toEqual([]);
});

test("a chunk that is loaded after the program has limited its heap has its bytecode, too", () => {
  const limiting = `process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");`;
  writeFileSync(join(folder, "dist/main.cjs"), limiting + MAIN);
  run(1);
  const [name = ""] = files();
  const written = statSync(join(folder, "cache", name)).ino;
  expect(run(1).scripts).toBe("used,used");
  expect(statSync(join(folder, "cache", name)).ino).toBe(written);
});

test("chunks that a run of the command does not need keep their bytecode", () => {
  writeFileSync(
    join(folder, "dist/main.cjs"),
    MAIN.replace('"./others.cjs"', '"./" + process.env.OTHERS + ".cjs"'),
  );
  writeFileSync(join(folder, "dist/more.cjs"), OTHERS);
  const scripts = ["others", "more", "others", "more"].map((OTHERS) => run(1, { env: { OTHERS } }).scripts);
  expect(scripts).toEqual(["none,none", "used,none", "used,used", "used,used"]);
});

test("a file is written again when a run has compiled much more, and not else", () => {
  run(1);
  const [name = ""] = files();
  const size = () => readFileSync(join(folder, "cache", name)).length;
  const small = size();
  run(1);
  expect(size()).toBe(small);
  run(4000);
  expect(size()).toBeGreaterThan(small);
});

test("changed code is run, also when it has the size of what it replaces", () => {
  run(3);
  writeFileSync(join(folder, "dist/others.cjs"), OTHERS.replaceAll("* 2", "* 3"));
  expect(run(3)).toEqual({ said: "0+0,3+3,6+6", scripts: "used,none" });
  expect(run(3).scripts).toBe("used,used");
});

test.each([
  ["cut", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), "used,none"],
  [
    "changed in one byte",
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9, 7)]),
    "used,none",
  ],
  ["empty", () => Buffer.alloc(0), "none,none"],
  ["no JSON", () => Buffer.from("{\n"), "none,none"],
])("of a file that is %s, what is damaged is not used, and written anew", (_, damage, scripts) => {
  run(1);
  const [name = ""] = files();
  const file = join(folder, "cache", name);
  writeFileSync(file, damage(readFileSync(file)));
  expect(run(1)).toEqual({ said: "0+0", scripts });
  expect(run(1).scripts).toBe("used,used");
});

test("bytecode of other flags of V8 is not used", () => {
  run(1);
  expect(run(1, { flags: ["--no-opt"] }).scripts).toBe("none,none");
});

test("files that nobody wrote for long go when another is written", () => {
  run(1);
  const [name = ""] = files();
  utimesSync(join(folder, "cache", name), 0, 0);
  run(1, { command: "plan" });
  expect(files()).toEqual([expect.stringMatching(/^plan-/)]);
});

/** The output of a program in a process of its own, and how it was given its bytecode. */
function run(
  count: number,
  { command = "run", code = 0, env = {}, flags = [] as readonly string[], longestRun = 600 } = {},
) {
  const program = `
    const vm = process.getBuiltinModule("node:vm");
    const scripts = [];
    vm.Script = class extends vm.Script {
      constructor(text, options) {
        super(text, options);
        scripts.push(options.cachedData === undefined ? "none" : this.cachedDataRejected ? "rejected" : "used");
      }
    };
    const { loadProgram } = await import(${JSON.stringify(LOADER)});
    const options = ${JSON.stringify({
      dist: join(folder, "dist"),
      cache: join(folder, "cache"),
      command,
      longestRun,
    })};
    loadProgram("main.cjs", options).main(${count});
    console.log(scripts.join());
    process.exitCode = ${code};
  `;
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--conditions=sti-source", ...flags, "--input-type=module", "-e", program],
    { encoding: "utf8", env: { ...process.env, ...env } },
  );
  expect(stderr).toBe("");
  const [said, scripts] = stdout.split("\n");
  return { said, scripts };
}
