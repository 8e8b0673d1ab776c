// "@sti/cli/config", the entry point for a user's sti.config.*. Loading a config is in load.ts, so that this stays light.

export { type ConfigContext, type ConfigFunction, defineConfig } from "./define-config.ts";
export { type Axes, type Combination, matrix } from "./matrix.ts";
export { tagOf } from "./tag-of.ts";
export type {
  App,
  Attest,
  AttestSettings,
  Cache,
  Checks,
  CommandCheck,
  Compare,
  CompareMask,
  Concurrency,
  ContainerUrl,
  Defaults,
  Dependencies,
  Dev,
  Git,
  GitSource,
  HttpCheck,
  Image,
  ImageName,
  Incremental,
  Method,
  Probe,
  PullPolicy,
  ResultCache,
  SaveArtifacts,
  Secret,
  Service,
  Source,
  SourcePart,
  Sync,
  UserConfig,
  VariableValue,
  WorkspaceSource,
} from "./user-config.ts";
