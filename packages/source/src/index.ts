export { createSourceReader, type KeptSourceReader } from "./create-source-reader.ts";
export { createSources } from "./create-sources.ts";
export { createDigestCache, type DigestCache } from "./disk/digest-cache.ts";
export { createPrivateFiles, type PrivateFiles } from "./disk/private-files.ts";
export { type PrivateFolder, privateFolder } from "./disk/private-folder.ts";
export { STATE_FOLDER } from "./disk/state-folder.ts";
export { type FindChangedOptions, findChangedTargets } from "./find-changed-targets.ts";
export { addCheckouts } from "./git/add-checkouts.ts";
export {
  type ReadChanges,
  type ReadChangesOptions,
  readAffected,
  readAtCommit,
  readChanges,
} from "./git/read-changes.ts";
export { isTrackedByGit } from "./git/tracked-by-git.ts";
export { createIgnoreMatcher, DEFAULT_APP_PATTERNS, type IgnoreMatcher } from "./ignore/ignore.ts";
export { parseIgnoreFile } from "./ignore/ignore-pattern.ts";
export { matchPaths } from "./ignore/match-paths.ts";
export { OWN_PATTERNS } from "./ignore/read-ignore-patterns.ts";
export { createLedgerFiles } from "./ledger-files.ts";
export { type DockerfileSummary, readDockerfiles } from "./read-dockerfiles.ts";
export { readEnvFiles } from "./read-env-files.ts";
export { readImageFiles } from "./read-image-files.ts";
export { readSecrets } from "./read-secrets.ts";
export { readSources } from "./read-sources.ts";
export { createRecords } from "./records.ts";
export {
  type SourceWatcher,
  type WatchedProject,
  type WatchSourcesOptions,
  watchSources,
} from "./watch-sources.ts";
