export { createDigestCache, type DigestCache } from "./disk/digest-cache.ts";
export { createPrivateFiles, type PrivateFiles } from "./disk/private-files.ts";
export { type PrivateFolder, privateFolder } from "./disk/private-folder.ts";
export { STATE_FOLDER } from "./disk/state-folder.ts";
export { type DockerfileSummary, readDockerfiles } from "./dockerfile/read-dockerfiles.ts";
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
export { readImageFiles } from "./image/read-image-files.ts";
export { readEnvFiles } from "./machine/read-env-files.ts";
export { readSecrets } from "./machine/read-secrets.ts";
export { createLedgerFiles } from "./records/ledger-files.ts";
export { createRecords } from "./records/records.ts";
export { createSources } from "./send/create-sources.ts";
export { readSources } from "./snapshot/read-sources.ts";
export { createSourceReader, type KeptSourceReader } from "./watch/create-source-reader.ts";
export { type FindChangedOptions, findChangedTargets } from "./watch/find-changed-targets.ts";
export {
  type SourceWatcher,
  type WatchedProject,
  type WatchSourcesOptions,
  watchSources,
} from "./watch/watch-sources.ts";
