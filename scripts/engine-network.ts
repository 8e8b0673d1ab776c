// The private engine's network: a bridge of its own and firewall rules that carry its mark. Nothing else is touched.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { PrivateEngine } from "./private-engine.ts";
import { readCommand, runShort } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

/** What dockerd has to be told about the network it was given. */
export interface EngineNetwork {
  /** Networks that containers get beside the bridge are cut from this range. */
  readonly pool: string;
  /** Largest packet of the way out, in bytes. */
  readonly mtu: number;
}

/** Creates the bridge and its rules, or completes what is there from before. */
export async function raiseNetwork(engine: PrivateEngine): Promise<EngineNetwork> {
  const { bridge, ruleMark } = engine;
  const mtu = defaultRouteMtu();
  if (!existsSync(`/sys/class/net/${bridge}`))
    await runShort(["ip", "link", "add", bridge, "type", "bridge"]);
  let prefix = await bridgePrefix(bridge);
  if (prefix === undefined) {
    prefix = await freePrefix();
    await runShort(["ip", "addr", "add", `${prefix}.0.1/24`, "dev", bridge]);
  }
  await runShort(["ip", "link", "set", bridge, "mtu", String(mtu), "up"]);
  const forward = "/proc/sys/net/ipv4/ip_forward";
  if (readFileSync(forward, "utf8").trim() !== "1") writeFileSync(forward, "1");

  const program = await iptablesProgram();
  if (program === undefined) {
    throw new ScriptError(
      "iptables cannot reach the kernel's nat table; containers would have no network",
      3,
    );
  }
  await removeRules(program, ruleMark);
  const net = `${prefix}.0.0/16`;
  const mark = ["-m", "comment", "--comment", ruleMark];
  const rule = (...args: string[]) => runShort([program, "-w", ...args, ...mark]);
  await rule("-t", "nat", "-I", "POSTROUTING", "-s", net, "!", "-d", net, "-j", "MASQUERADE");
  await rule("-I", "FORWARD", "-s", net, "-j", "ACCEPT");
  await rule(
    "-I",
    "FORWARD",
    "-d",
    net,
    "-m",
    "conntrack",
    "--ctstate",
    "RELATED,ESTABLISHED",
    "-j",
    "ACCEPT",
  );
  return { pool: `${prefix}.128.0/17`, mtu };
}

/** Removes the bridge and the rules; what is not there is no error. */
export async function lowerNetwork(engine: PrivateEngine): Promise<void> {
  if (existsSync(`/sys/class/net/${engine.bridge}`)) await runShort(["ip", "link", "del", engine.bridge]);
  const program = await iptablesProgram();
  if (program !== undefined) await removeRules(program, engine.ruleMark);
}

async function removeRules(program: string, mark: string): Promise<void> {
  for (const table of ["nat", "filter"]) {
    const rules = (await readCommand([program, "-w", "-t", table, "-S"])) ?? "";
    for (const line of rules.split("\n")) {
      const words = line.replaceAll('"', "").split(" ");
      if (words[0] !== "-A" || words[words.indexOf("--comment") + 1] !== mark) continue;
      await runShort([program, "-w", "-t", table, "-D", ...words.slice(1)]);
    }
  }
}

/** The first iptables this kernel can serve: nft may be the default without being supported. Asking legacy loads its tables, so it comes last. */
async function iptablesProgram(): Promise<string | undefined> {
  for (const program of ["iptables", "iptables-legacy"]) {
    if ((await readCommand([program, "-w", "-t", "nat", "-S"])) !== undefined) return program;
  }
  return undefined;
}

/** First two numbers of the bridge's address, when it has one. */
async function bridgePrefix(bridge: string): Promise<string | undefined> {
  const shown = await readCommand(["ip", "-4", "-o", "addr", "show", "dev", bridge]);
  return /inet (\d+\.\d+)\.\d+\.\d+\//.exec(shown ?? "")?.[1];
}

/** A /16 of the private 10.0.0.0/8 that no route of this machine leads into. */
async function freePrefix(): Promise<string> {
  const routes = (await readCommand(["ip", "-4", "route", "show", "table", "all"])) ?? "";
  for (let second = 213; second < 250; second++) {
    const prefix = `10.${second}`;
    if (
      !routes.includes(` ${prefix}.`) &&
      !routes.startsWith(`${prefix}.`) &&
      !routes.includes(`\n${prefix}.`)
    ) {
      return prefix;
    }
  }
  throw new ScriptError("no free address range between 10.213.0.0/16 and 10.249.0.0/16", 3);
}

/** From the kernel's own table, which needs no program: the interface whose destination is 0.0.0.0. */
function defaultRouteMtu(): number {
  const rows = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
  const device = rows.map((row) => row.split("\t")).find((row) => row[1] === "00000000")?.[0];
  return device === undefined ? 1500 : Number(readFileSync(`/sys/class/net/${device}/mtu`, "utf8"));
}
