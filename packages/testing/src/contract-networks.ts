// The engine contract's cases about networks. That names are found in them is seen end to end.
import { expect, test } from "vitest";
import { type ContractTools, contractLabel, contractPrefix, failureOf } from "./contract-tools.ts";

const name = `${contractPrefix}network`;
const labels = { [contractLabel]: "1" };

export function describeNetworkContract(tools: ContractTools): void {
  test("a network is made once, listed by its label, and removed", async () => {
    const { engine } = tools;
    await engine.createNetwork(name, labels);
    await engine.createNetwork(name, { ...labels, other: "1" });
    const listed = await engine.listNetworks(`${contractLabel}=1`);
    expect(listed).toEqual([{ name, labels, createdAt: expect.any(Number) }]);
    expect(await engine.listNetworks(`${contractLabel}=2`)).toEqual([]);
    await engine.removeNetwork(name);
    await engine.removeNetwork(name);
    expect(await engine.listNetworks(contractLabel)).toEqual([]);
  });

  test("a container joins networks, and the one of a running container stays", async () => {
    const { engine } = tools;
    await engine.createNetwork(name, labels);
    await engine.createNetwork(`${name}-2`, labels);
    const container = await tools.create("/usr/bin/wait", { network: { network: name, aliases: ["one"] } });
    await engine.connectNetwork(container, { network: `${name}-2`, aliases: ["uno"] });
    const started = Promise.withResolvers<void>();
    const ended = engine.runContainer(container, { onOutput: () => {}, onStarted: started.resolve });
    ended.catch(() => {});
    await started.promise;
    for (const network of [name, `${name}-2`])
      expect((await failureOf(engine.removeNetwork(network))).reason).toBe("conflict");
    await engine.removeContainer(container);
    await ended.catch(() => {});
    await engine.removeNetwork(name);
    expect((await engine.listNetworks(contractLabel)).map((network) => network.name)).toEqual([`${name}-2`]);
  });
}
