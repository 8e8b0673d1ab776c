export { addCheckouts } from "./add-checkouts.ts";
export { createSources } from "./create-sources.ts";
export { createIgnoreMatcher, DEFAULT_APP_PATTERNS, type IgnoreMatcher } from "./ignore.ts";
export { parseIgnoreFile } from "./ignore-pattern.ts";
export { type DockerfileSummary, readDockerfiles } from "./read-dockerfiles.ts";
export { readEnvFiles } from "./read-env-files.ts";
export { readSecrets } from "./read-secrets.ts";
export { readSources } from "./read-sources.ts";
export { createRecords } from "./records.ts";
