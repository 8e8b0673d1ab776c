// The names of core that other packages use; docs/internals/public-names.md lists them. Parts that only some commands
// load have entries of their own.
export type { BehaviourObservation, HttpAnswer } from "./compare/behaviour.ts";
export type { CheckTools } from "./compare/check-tools.ts";
export type { AppComparison, ComparedVariant, CompareReport } from "./compare/compare-report.ts";
export type {
  CompareDocument,
  CompareLevel,
  Comparison,
  Difference,
  LevelVerdict,
  PairVerdict,
  Verdict,
} from "./compare/comparison.ts";
export type { Comparer } from "./compare/create-comparer.ts";
export { RULE_NAMES } from "./compare/default-rules.ts";
export type { Variant, VariantPair, VariantRequest } from "./compare/derive-variants.ts";
export type { FileEntry, FileType, MaskedDigest } from "./compare/file-entry.ts";
export type { FileList, FilesProgress, ReadFilesOptions } from "./compare/image-files.ts";
export { removeVariantTags, sweepVariantTags } from "./compare/remove-variants.ts";
export { formatVariantTag } from "./compare/variant-tag.ts";
export type { CheckSettings } from "./definition/checks.ts";
export { type CompareRules, type Mask, NO_RULES } from "./definition/compare-rules.ts";
export { declaredName, platformName } from "./definition/declared-name.ts";
export type { ServiceTarget } from "./definition/dev-settings.ts";
export { findGitProblem, isRemoteGit } from "./definition/git-address.ts";
export {
  type ImageReference,
  normaliseReference,
  parseImageReference,
  shortenReference,
} from "./definition/image-reference.ts";
export {
  describeMethod,
  EARLIER_METHODS,
  type Method,
  readMethod,
} from "./definition/method.ts";
export { parseSize } from "./definition/parse-size.ts";
export { parsePlatform } from "./definition/platform.ts";
export type { PullPolicy } from "./definition/pull-policy-schema.ts";
export { neededToRun, resolveServices } from "./definition/resolve-services.ts";
export { resolveTargets } from "./definition/resolve-targets.ts";
export type { UserConfig, WrittenConfig, WrittenSource } from "./definition/schema.ts";
export type { Secret } from "./definition/secret-schema.ts";
export type { AppTarget, ImageTarget, SourceFrom, SourcePart, Target } from "./definition/target.ts";
export { type EnvFile, type Host, listEnvFiles, refusePlain } from "./definition/variables.ts";
export type { DevContainers } from "./dev/create-dev-containers.ts";
export type { DevOptions } from "./dev/dev-options.ts";
export type { Address, AskProbe, ForwardedPort, Forwarder, PortTraffic } from "./dev/dev-ports.ts";
export type { CallOptions, OnOutput, OutputChunk, TransferOptions, TransferProgress } from "./engine/call.ts";
export type {
  BoundPort,
  ContainerDetails,
  ContainerFile,
  ContainerLimits,
  ContainerSpec,
  ContainerSummary,
  ExitStatus,
  Mount,
  PortBinding,
  TerminalSize,
} from "./engine/container.ts";
export type { BuildCacheUsage, DiskUsage, VolumeDetails, VolumeSummary, VolumeUsage } from "./engine/disk.ts";
export type { Engine, EngineDescription, LeftOutLayer } from "./engine/engine.ts";
export { EngineError, type EngineErrorReason, isUncertain } from "./engine/engine-error.ts";
export type {
  CommitConfig,
  HistoryEntry,
  ImageBuild,
  ImageConfig,
  ImageDetails,
  ImageSummary,
  TagOptions,
} from "./engine/image.ts";
export type { ImageContent } from "./engine/image-content.ts";
export type { NetworkPlace, NetworkSummary } from "./engine/network.ts";
export { findAbandoned, isBuilding } from "./execute/abandoned-sessions.ts";
export type {
  AttestedBuild,
  AttestedImage,
  Attester,
  AttestUse,
  ResultClaim,
  ResultSignatures,
  SignatureMemory,
} from "./execute/attester.ts";
export { borrowNames } from "./execute/borrowed-names.ts";
export { completePulls, inspectWhole, type PullSource } from "./execute/complete-pulls.ts";
export type { DebugOutcome, DebugVisit } from "./execute/debug-steps.ts";
export { debugTarget } from "./execute/debug-target.ts";
export { decideWithStore } from "./execute/decide-with-store.ts";
export { describeStored } from "./execute/describe-stored.ts";
export type {
  Outcome,
  PushedImage,
  SessionEvent,
  SessionFinished,
  SessionStarted,
  SessionWarning,
  StepKind,
  TargetFinished,
  TargetPushed,
  TargetWarning,
} from "./execute/event.ts";
export type { SessionTarget } from "./execute/event-fields.ts";
export { type Execution, executePlan, executeWith } from "./execute/execute-plan.ts";
export type { Executor } from "./execute/executor.ts";
export { failureOfEngine, failureOfError, pullFailure } from "./execute/failure-of-error.ts";
export { SOURCE_VOLUME_PREFIX } from "./execute/fill-source-cache.ts";
export { findMissing } from "./execute/find-missing.ts";
export type { Ledger, LedgerEntry, LedgerFiles, LedgerSession, PushedAs } from "./execute/ledger.ts";
export { createLeftovers, type Leftovers } from "./execute/leftovers.ts";
export { createLocalExecutor } from "./execute/local-executor.ts";
export { lookUpLost } from "./execute/look-up-lost.ts";
export { createPlatformExecutor } from "./execute/platform-executor.ts";
export { createProofs, hasProof } from "./execute/proofs.ts";
export { readIdentities } from "./execute/read-identities.ts";
export { recallBuild } from "./execute/recall-build.ts";
export type { BuildToRecord, Records } from "./execute/records.ts";
export { findUnusedLayers } from "./execute/remove-layers.ts";
export { removeUntagged } from "./execute/remove-untagged.ts";
export type { OnFailure, SecretValues, Session } from "./execute/session.ts";
export {
  formatSessionId,
  parseOwner,
  runContainerName,
  runNetworkName,
  SESSION_NAME_PREFIX,
  type SessionOwner,
} from "./execute/session-id.ts";
export { type CachingSession, readSourceCache } from "./execute/source-caches.ts";
export { splitLines } from "./execute/split-lines.ts";
export { createStoreHealth } from "./execute/store-health.ts";
export { createStoreReader } from "./execute/store-reader.ts";
export { createStoreTrust } from "./execute/store-trust.ts";
export type { StoreBranches, StoredResult, StoreUse } from "./execute/store-use.ts";
export { sweepLeftovers } from "./execute/sweep.ts";
export { updateLock } from "./execute/update-lock.ts";
export {
  type FilesChanged,
  isWatchEvent,
  type WatchEvent,
  type WatchIdle,
} from "./execute/watch-event.ts";
export { workOffLedger } from "./execute/work-off-ledger.ts";
export type { ConfigPath, Location } from "./failure/config-place.ts";
export { describeFailure } from "./failure/describe-failure.ts";
export { trustHint } from "./failure/describe-source-failure.ts";
export type { EngineFailure } from "./failure/engine-failure.ts";
export type { Failure, FailureCode } from "./failure/failure.ts";
export type { FormatFile } from "./failure/failure-description.ts";
export { FAILURE_KINDS } from "./failure/failure-kinds.ts";
export { formatPath } from "./failure/format-path.ts";
export { failed, type Result, success } from "./failure/result.ts";
export type { SourceFailure } from "./failure/source-failure.ts";
export { suggest } from "./failure/suggest.ts";
export type { WorkspaceFailure } from "./failure/workspace-failure.ts";
export { buildGraph, findUnknownMembers } from "./graph/build-graph.ts";
export { checkDevOrder } from "./graph/check-dev-order.ts";
export { inheritPlatforms } from "./graph/inherit-platforms.ts";
export { printGraph } from "./graph/print-graph.ts";
export {
  keepNeeded,
  parseSelectors,
  type Selection,
  selectTargets,
  withoutNeeded,
} from "./graph/select-targets.ts";
export type { CommitRange } from "./graph/selector.ts";
export { type Shard, shardTargets } from "./graph/shard-targets.ts";
export { hasPlatforms, isJoined, spreadPlatforms } from "./graph/spread-platforms.ts";
export type { TargetGraph, TargetNode } from "./graph/target-graph.ts";
export { targetLevels } from "./graph/target-levels.ts";
export {
  type KeyRecord,
  NO_PAST,
  type Past,
  type RecordedBuild,
  type SourceFiles,
  type TargetRecord,
} from "./plan/build-record.ts";
export {
  INPUT_FILES_LABEL,
  inputFilesOf,
  isS2iBuilder,
  type ScriptName,
  stiContract,
} from "./plan/builder-contract.ts";
export type { Cause, RootCause } from "./plan/cause.ts";
export { checkLock, describeDrift, refuseDrift, shortHash, shortPair } from "./plan/check-lock.ts";
export { findImageId } from "./plan/decide-image.ts";
export { decidePushes, type Pushes } from "./plan/decide-pushes.ts";
export { enginePlatform } from "./plan/decide-target.ts";
export { type DecidedTarget, type DecisionInputs, decideTargets } from "./plan/decide-targets.ts";
export { declaredInputs, INPUTS_LABEL, variantLayerTags } from "./plan/dependency-layer.ts";
export { describeCause, describeCauses, describeRecordedBuild } from "./plan/describe-cause.ts";
export {
  type Facts,
  type ImageContents,
  type ImageFacts,
  NO_FACTS,
  type ScriptFact,
} from "./plan/facts.ts";
export { findRecordedBuild, isBuildName } from "./plan/find-recorded-build.ts";
export { DEFAULT_TIME, type PlanFlags } from "./plan/flags.ts";
export { foreignProgram } from "./plan/foreign-program.ts";
export { previousTag } from "./plan/incremental.ts";
export { isPulledImage } from "./plan/is-pulled-image.ts";
export { hashKey, KEY_SCHEMA, type KeyPreimage, keyPreimage } from "./plan/key.ts";
export { LABEL } from "./plan/labels.ts";
export { type Lock, type LockEntry, type LockedImage, listDigests, listExternalImages } from "./plan/lock.ts";
export type { Plan, PlannedDecision, PlannedLayer, PlannedTarget } from "./plan/plan.ts";
export { type PlanDocument, type PlanDocumentTarget, toPlanDocument } from "./plan/plan-document.ts";
export { findUnbuildable, planPlatforms } from "./plan/plan-platforms.ts";
export { type PlanInputs, planTargets } from "./plan/plan-targets.ts";
export { type PlatformPart, platformParts, unknownEngine } from "./plan/platform-parts.ts";
export { type LockChange, previewLock } from "./plan/preview-lock.ts";
export { provesKey } from "./plan/proof.ts";
export { refusePartialPushes } from "./plan/refuse-partial-pushes.ts";
export { type RefusedVolumes, refuseVolumes } from "./plan/refuse-volumes.ts";
export { shellInside } from "./plan/script-command.ts";
export type { SourceCacheFacts, SourceCacheRecord } from "./plan/source-cache.ts";
export { recordFiles } from "./plan/source-files.ts";
export { parseVariables } from "./plan/source-overrides.ts";
export { describeStep } from "./plan/step.ts";
export {
  type ComparedInputs,
  explainTarget,
  type StoredWhy,
  type TargetWhy,
  type WhyDocument,
} from "./plan/why-document.ts";
export type { Dockerfile, DockerfileRun, WrittenImage } from "./source/dockerfile.ts";
export { elfArchitecture } from "./source/elf-architecture.ts";
export {
  type ArchiveFormat,
  type ArchivePart,
  type ChangedFiles,
  type Checkout,
  type HostTrust,
  type OutsidePath,
  type Owner,
  type RepositoryPart,
  type SourceBinary,
  SourceChangedError,
  type SourceEntry,
  type SourceGit,
  type SourceOrigin,
  type SourcePackage,
  type SourceSnapshot,
  type Sources,
} from "./source/source.ts";
export { sourceNotes } from "./source/source-notes.ts";
export {
  type ArtifactStore,
  type StoredArtifact,
  type StoredBlob,
  TASK_LIFE,
} from "./store/artifact-store.ts";
export { formatLogTag, formatSourceTag, isArtifactTag } from "./store/artifact-tags.ts";
export {
  type Attachment,
  type AttachOptions,
  INLINE_ANNOTATION,
  type ReadAttachedOptions,
} from "./store/attachment.ts";
export type {
  CopiedImage,
  ImageRegistry,
  IndexedImage,
  JoinedImage,
  RegistryAccess,
} from "./store/image-registry.ts";
export { RegistryError, type RegistryErrorReason } from "./store/registry-error.ts";
export type { Platform, RegistryImage } from "./store/registry-image.ts";
export type { ResultBuilder, ResultOrigin } from "./store/result-origin.ts";
export type {
  ResultStore,
  StoredImage,
  StoreLookup,
  StoreName,
  StoreRemoval,
} from "./store/result-store.ts";
export { shapeUrl } from "./store/shape-url.ts";
export { formatPointerTag, formatStoreTag, parsePointerTag, parseStoreTag } from "./store/store-tags.ts";
export { surveyEngine } from "./survey/survey-engine.ts";
export { imageFactsOf, parseInterpreter, readScript, surveyImage } from "./survey/survey-image.ts";
export { type ContainerView, isWithoutImage, type ProbeAnswer } from "./view/containers-view.ts";
export { type OutputLimits, type OutputTail, TailCollector } from "./view/output-tail.ts";
export { foldSession, KEPT_OUTPUT, type SessionView } from "./view/session-view.ts";
export type { EndedStep, RunningStep, TargetView } from "./view/target-view.ts";
export type { WaitingChanges } from "./watch/waiting-changes.ts";
export type { DiskChange, OnBusy, SourceReader, WatchClock } from "./watch/watch-ports.ts";
export type { Watching, WatchProject } from "./watch/watch-session.ts";
