// Failures of builds that ran. Types only.
import type { OfTarget } from "./config-place.ts";

export type BuildFailure =
  | ({
      readonly code: "script-timed-out";
      readonly image: string;
      readonly script: string;
      /** Seconds that it had. */
      readonly limit: number;
    } & OfTarget)
  | ({
      readonly code: "script-failed";
      readonly image: string;
      readonly script: string;
      readonly exitCode: number;
      readonly outOfMemory: boolean;
      /** Over the engine's API, as docker kill and docker stop do. */
      readonly killed?: boolean | undefined;
      /** It had the artifacts of the previous build, which may be at fault. */
      readonly incremental: boolean;
      /** It made a dependency layer, and had only the declared inputs. */
      readonly dependencies?: boolean | undefined;
    } & OfTarget)
  | ({
      readonly code: "incremental-impossible";
      /** As in "clean: build image changed". */
      readonly reason: string;
    } & OfTarget)
  | ({ readonly code: "script-not-started"; readonly script: string; readonly message: string } & OfTarget)
  | ({
      readonly code: "dockerfile-failed";
      readonly message: string;
      readonly exitCode?: number | undefined;
    } & OfTarget)
  | ({
      /** Somebody else removed a container of the build. */
      readonly code: "container-removed";
      /** The state of the build then: "/usr/bin/prepare ran", "the source was sent into it". */
      readonly during: string;
    } & OfTarget)
  /** Somebody else removed the dependency layer of the build, each time that it was made. */
  | ({ readonly code: "dependency-layer-removed" } & OfTarget)
  | ({ readonly code: "output-empty"; readonly image: string; readonly directory: string } & OfTarget)
  | ({ readonly code: "result-unexpected"; readonly message: string } & OfTarget);
