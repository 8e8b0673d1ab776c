// The network of an engine: a bridge on this machine, or a namespace behind one of its interfaces. Its firewall rules carry
// its mark. Nothing else is touched.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { PrivateEngine } from "./private-engine.ts";
import { withLock } from "./process-lock.ts";
import { readCommand, runShort } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

/** Settings of dockerd for its network. */
export interface EngineNetwork {
  /** Networks that containers get beside the bridge are cut from this range. */
  readonly pool: string;
  /** Largest packet of the way out, in bytes. */
  readonly mtu: number;
}

/** Creates the bridge and its rules, or completes existing ones. */
export async function raiseNetwork(engine: PrivateEngine): Promise<EngineNetwork> {
  const { bridge, ruleMark } = engine;
  if (!existsSync(`/sys/class/net/${bridge}`))
    await runShort(["ip", "link", "add", bridge, "type", "bridge"]);
  const { prefix, mtu } = await raiseInterface(bridge);
  await allowNetwork(prefix, ruleMark);
  return { pool: `${prefix}.128.0/17`, mtu };
}

/** A network namespace and the way out of it. */
export interface NetworkNamespace {
  /** For `nsenter --net=FILE`. */
  readonly file: string;
  /** Two addresses of the namespace's interface, which the machine reaches, too. */
  readonly addresses: readonly [string, string];
  readonly mtu: number;
}

/** Creates a namespace whose only interface leads to this machine and, by it, out. None of this engine may be there. */
export async function raiseNamespace(engine: PrivateEngine): Promise<NetworkNamespace> {
  const { bridge: outside, ruleMark: name } = engine;
  const inside = (...args: string[]) => runShort(["ip", "-n", name, ...args]);
  await runShort(["ip", "netns", "add", name]);
  await runShort(["ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name]);
  const { prefix, mtu } = await raiseInterface(outside);
  const addresses = [`${prefix}.0.2`, `${prefix}.0.3`] as const;
  for (const address of addresses) await inside("addr", "add", `${address}/24`, "dev", "eth0");
  await inside("link", "set", "eth0", "mtu", String(mtu), "up");
  await inside("link", "set", "lo", "up");
  await inside("route", "add", "default", "via", `${prefix}.0.1`);
  await allowNetwork(prefix, name);
  return { file: namespaceFile(engine), addresses, mtu };
}

export function namespaceFile(engine: PrivateEngine): string {
  return `/run/netns/${engine.ruleMark}`;
}

/** Gives an interface an address of a free range, if it has none, and switches it on. */
async function raiseInterface(name: string): Promise<{ readonly prefix: string; readonly mtu: number }> {
  const mtu = defaultRouteMtu();
  const prefix = await withLock("sti-engine-network", undefined, async () => {
    const present = await interfacePrefix(name);
    if (present !== undefined) return present;
    const free = await freePrefix();
    await runShort(["ip", "addr", "add", `${free}.0.1/24`, "dev", name]);
    await runShort(["ip", "link", "set", name, "up"]); // from now on a route leads there
    return free;
  });
  await runShort(["ip", "link", "set", name, "mtu", String(mtu), "up"]);
  return { prefix, mtu };
}

/** Lets a range out of this machine, in the place of the rules that carry the mark. */
async function allowNetwork(prefix: string, ruleMark: string): Promise<void> {
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
}

/** Removes the interface, the namespace and the rules; missing ones are no error. */
export async function lowerNetwork(engine: PrivateEngine): Promise<void> {
  if (existsSync(`/sys/class/net/${engine.bridge}`)) await runShort(["ip", "link", "del", engine.bridge]);
  if (existsSync(namespaceFile(engine))) await runShort(["ip", "netns", "del", engine.ruleMark]);
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

/** First two numbers of an interface's address, when it has one. */
async function interfacePrefix(name: string): Promise<string | undefined> {
  const shown = await readCommand(["ip", "-4", "-o", "addr", "show", "dev", name]);
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
