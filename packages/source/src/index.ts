export { addCheckouts } from "./add-checkouts.ts";
export { createSourceReader, type KeptSourceReader } from "./create-source-reader.ts";
export { createSources } from "./create-sources.ts";
export { createDigestCache, type DigestCache } from "./disk/digest-cache.ts";
export { createPrivateFiles, type PrivateFiles } from "./disk/private-files.ts";
export { type PrivateFolder, privateFolder } from "./disk/private-folder.ts";
export { STATE_FOLDER } from "./disk/state-folder.ts";
export { type FindChangedOptions, findChangedTargets } from "./find-changed-targets.ts";
export { createIgnoreMatcher, DEFAULT_APP_PATTERNS, type IgnoreMatcher } from "./ignore.ts";
export { parseIgnoreFile } from "./ignore-pattern.ts";
export { createLedgerFiles } from "./ledger-files.ts";
export { matchPaths } from "./match-paths.ts";
export {
  type ReadChanges,
  type ReadChangesOptions,
  readAffected,
  readAtCommit,
  readChanges,
} from "./read-changes.ts";
export { type DockerfileSummary, readDockerfiles } from "./read-dockerfiles.ts";
export { readEnvFiles } from "./read-env-files.ts";
export { OWN_PATTERNS } from "./read-ignore-patterns.ts";
export { readImageFiles } from "./read-image-files.ts";
export { readSecrets } from "./read-secrets.ts";
export { readSources } from "./read-sources.ts";
export { createRecords } from "./records.ts";
export { isTrackedByGit } from "./tracked-by-git.ts";
export {
  type SourceWatcher,
  type WatchedProject,
  type WatchSourcesOptions,
  watchSources,
} from "./watch-sources.ts";
