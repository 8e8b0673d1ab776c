// The steps of a target's build, as data. Running them is execute/run-step.ts.
import type { CommitConfig, ContainerSpec, NetworkMode } from "../engine.ts";
import type { ArchivePart } from "../source.ts";

/**
 * Which of a target's images or containers a step is about: an extended build has two halves, an incremental one
 * starts with the artifacts of the previous image.
 */
export type Half = "artifacts" | MadeHalf;

/** The halves that make an image. */
export type MadeHalf = "build" | "result";

export type Step =
  | {
      readonly kind: "build-image";
      readonly half: MadeHalf;
      /** For people: the Dockerfile's path, or "generated Dockerfile". */
      readonly title: string;
      readonly dockerfile: { readonly path: string; readonly text: string };
      /** Everything that is sent but the Dockerfile, which goes last. */
      readonly parts: readonly ArchivePart[];
      readonly buildArgs: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
      readonly stage: string | undefined;
      readonly network: NetworkMode;
      /** "name:address". */
      readonly hosts: readonly string[];
      /** Seconds; undefined: as long as it takes. */
      readonly timeout: number | undefined;
      /** Names of the secrets that the Dockerfile mounts. */
      readonly secrets: readonly string[];
      readonly noCache: boolean;
    }
  | {
      readonly kind: "create-container";
      readonly half: Half;
      /** For people. */
      readonly image: string;
      readonly spec: Omit<ContainerSpec, "name">;
    }
  | { readonly kind: "upload-source"; readonly half: Half; readonly parts: readonly ArchivePart[] }
  | {
      readonly kind: "run-script";
      readonly half: Half;
      readonly script: string;
      readonly image: string;
      /** Seconds; undefined: as long as it takes. */
      readonly timeout: number | undefined;
      /** Names of the secrets that the container reads from its input. */
      readonly secrets: readonly string[];
    }
  | { readonly kind: "commit-container"; readonly half: MadeHalf; readonly config: CommitConfig }
  | {
      readonly kind: "tag-image";
      readonly half: MadeHalf;
      /** Normal form. */
      readonly reference: string;
      /** For people. */
      readonly tag: string;
    };

/** What a step does, in a few words, for people. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "build-image":
      return `build ${step.title}`;
    case "create-container":
      return `create a container of ${step.image}`;
    case "upload-source":
      return "send the source";
    case "run-script":
      return `${step.script} on ${step.image}`;
    case "commit-container":
      return "commit the container";
    case "tag-image":
      return `tag ${step.tag}`;
    default:
      return step satisfies never;
  }
}
