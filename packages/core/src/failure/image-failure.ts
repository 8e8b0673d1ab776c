// Failures of images that a build needs, and of pushing its own. Types only.
import type { OfTarget } from "./config-place.ts";

export type ImageFailure =
  | ({ readonly code: "image-missing"; readonly image: string } & OfTarget)
  | ({
      readonly code: "pull-failed";
      readonly image: string;
      readonly reason: "not-found" | "denied" | "network" | "rate-limit" | "other";
      readonly message: string;
    } & OfTarget)
  | ({
      readonly code: "push-failed";
      readonly tag: string;
      readonly reason: "not-found" | "denied" | "network" | "rate-limit" | "other";
      readonly message: string;
    } & OfTarget)
  | ({
      readonly code: "attest-failed";
      readonly tag: string;
      readonly message: string;
    } & OfTarget)
  | ({
      readonly code: "push-refused";
      readonly tag: string;
      /** As in "cannot be pushed: its inputs changed". */
      readonly reason: string;
    } & OfTarget)
  /** An image for several platforms is pushed whole or not at all. */
  | ({
      readonly code: "push-partial";
      readonly tag: string;
      /** Platforms that the session leaves out; none: it has no store to join the others from. */
      readonly missing: readonly string[];
    } & OfTarget)
  | ({ readonly code: "script-missing"; readonly image: string; readonly script: string } & OfTarget)
  | ({ readonly code: "script-not-executable"; readonly image: string; readonly script: string } & OfTarget)
  | ({
      readonly code: "script-interpreter-missing";
      readonly image: string;
      /** In the image; relative for a script of the source that replaces one of the image. */
      readonly script: string;
      readonly interpreter: string;
      /** The first line ends in CR LF, so the kernel looks for a file whose name ends in CR. */
      readonly carriageReturn: boolean;
    } & OfTarget)
  | ({
      readonly code: "script-architecture";
      readonly image: string;
      readonly script: string;
      /** The script, or the program that its first line names. */
      readonly program: string;
      readonly architecture: string;
      readonly engineArchitecture: string;
    } & OfTarget)
  | ({
      readonly code: "image-architecture";
      readonly image: string;
      readonly architecture: string;
      readonly engineArchitecture: string;
    } & OfTarget)
  | ({
      readonly code: "image-scripts-url";
      readonly image: string;
      readonly url: string;
    } & OfTarget)
  /** `label`: the one that a runtime image names its files with. */
  | ({
      readonly code: "image-inputs-missing";
      readonly image: string;
      readonly label: string;
    } & OfTarget)
  | ({
      readonly code: "image-onbuild";
      readonly image: string;
      readonly triggers: readonly string[];
    } & OfTarget)
  | ({
      readonly code: "image-volume";
      readonly image: string;
      readonly volumes: readonly string[];
      /** "in-the-way": they cover, or are in, a folder that a build is given. "lost": a commit leaves out their files. */
      readonly problem: "in-the-way" | "lost";
    } & OfTarget)
  | ({
      readonly code: "method-unsupported";
      /** "Podman 5.4.2" */
      readonly engine: string;
    } & OfTarget)
  /** Neither method can give secrets to a build there. */
  | ({
      readonly code: "secrets-unsupported";
      /** "Podman 5.4.2" */
      readonly engine: string;
    } & OfTarget)
  | ({
      readonly code: "host-trust-refused";
      /** Of an image entry's Dockerfile. */
      readonly reason: "declared-proxy" | "other-syntax" | "incomplete" | "whole-context";
      /** The argument or the syntax. */
      readonly found?: string | undefined;
    } & OfTarget)
  | ({
      readonly code: "limit-unsupported";
      readonly limit: "cpus" | "memory";
      /** "Docker Engine 28.5.2" */
      readonly engine: string;
    } & OfTarget)
  | ({
      readonly code: "network-unsupported";
      /** "Podman 4.3.1" */
      readonly engine: string;
    } & OfTarget)
  | ({ readonly code: "image-shell-missing"; readonly image: string; readonly needs: string } & OfTarget)
  | ({
      readonly code: "user-not-allowed";
      readonly image: string;
      readonly uid: number;
      /** First and last of each range. */
      readonly allowed: readonly (readonly [number, number])[];
    } & OfTarget)
  | ({ readonly code: "image-user-unknown"; readonly image: string; readonly user: string } & OfTarget);
