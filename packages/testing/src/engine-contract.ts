// Requirements for every engine, real or fake: the same cases run on both, so that the fake cannot drift.
import type { Engine, EngineDescription } from "@sti/core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { describeCommandContract } from "./contract-commands.ts";
import { describeContainerFilesContract } from "./contract-container-files.ts";
import { describeContainerContract } from "./contract-containers.ts";
import { describeImageContract } from "./contract-images.ts";
import { describeNetworkContract } from "./contract-networks.ts";
import {
  type ContractTools,
  contractLabel,
  contractPrefix,
  type PublishedImage,
  pack,
} from "./contract-tools.ts";
import { describeVolumeContract } from "./contract-volumes.ts";

/** An engine to be tried, with an image that holds `contractScripts` and `contractFiles`. */
export interface ContractSubject {
  readonly engine: Engine;
  readonly baseImage: string;
  /** An image that a registry has and the engine does not. */
  readonly published: PublishedImage;
  /** Removes the objects made for the contract. */
  close(): Promise<void>;
}

/** Cases about what sti does not do on an engine, by its description, are skipped there. */
export function describeEngineContract(
  description: EngineDescription,
  makeSubject: () => Promise<ContractSubject>,
): void {
  describe(`the engine contract of ${description.product ?? "the fake"}`, () => {
    let subject: ContractSubject | undefined;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    const current = (): ContractSubject => {
      if (subject === undefined) throw new Error("the engine to be tried is not there");
      return subject;
    };
    afterEach(() => clear(current().engine));
    afterAll(() => subject?.close());
    const tools = createTools(current);
    describeImageContract(tools, description);
    describeContainerContract(tools, description);
    describeCommandContract(tools, description);
    describeContainerFilesContract(tools, description);
    describeVolumeContract(tools, description);
    describeNetworkContract(tools);
  });
}

function createTools(current: () => ContractSubject): ContractTools {
  return {
    get engine() {
      return current().engine;
    },
    get baseImage() {
      return current().baseImage;
    },
    get published() {
      return current().published;
    },
    create: (program, changes) =>
      current().engine.createContainer({
        image: current().baseImage,
        name: `${contractPrefix}one`,
        entrypoint: [program],
        cmd: [],
        env: ["PATH=/usr/bin:/bin", "APP=one"],
        user: "",
        labels: { [contractLabel]: "1" },
        mounts: [],
        ...changes,
      }),
    build: (program, changes) => ({
      context: pack({ Dockerfile: `FROM ${current().baseImage}\nRUN ["${program}"]\n` }),
      dockerfile: "Dockerfile",
      buildArgs: {},
      labels: { [contractLabel]: "1" },
      noCache: true,
      keepsSteps: false,
      onOutput: () => {},
      ...changes,
    }),
  };
}

async function clear(engine: Engine): Promise<void> {
  for (const { id } of await engine.listContainers(contractPrefix)) await engine.removeContainer(id);
  for (const image of await engine.listImages()) {
    if (image.labels[contractLabel] !== undefined) await engine.removeImage(image.tags[0] ?? image.id);
  }
  for (const network of await engine.listNetworks(contractLabel)) await engine.removeNetwork(network.name);
  for (const volume of await engine.listVolumes(contractLabel)) await engine.removeVolume(volume.name);
  // Podman gives no labels to volumes that come with a container.
  await engine.removeVolume(`${contractPrefix}source`);
}
