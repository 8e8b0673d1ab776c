// The shapes of records that are read back. A file that was damaged or planted must not reach those who use it, so each
// field that they use has its guard; a new field of a type is an error here until it has one.
import {
  type BuildToRecord,
  type Cause,
  hashKey,
  type ImageContents,
  KEY_SCHEMA,
  type KeyPreimage,
  type KeyRecord,
  type RecordedBuild,
  type RootCause,
  type ScriptFact,
  type SourceCacheRecord,
  type SourceFiles,
  type TargetRecord,
} from "@sti/core";
import {
  type Fields,
  type Guard,
  isCount,
  isFlag,
  isNumber,
  isObject,
  isText,
  isTime,
  listOf,
  nullable,
  oneOf,
  optional,
  pairOf,
  recordOf,
  shapeOf,
  textLike,
} from "../disk/shape.ts";

type CauseOf<Kind extends Cause["kind"]> = Extract<Cause, { readonly kind: Kind }>;

const isRoot: Guard<RootCause> = (value): value is RootCause =>
  shapeOf<RootCause>({ target: isText, cause: isCause, more: isCount })(value);

const CAUSES: { readonly [Kind in Cause["kind"]]: Fields<Omit<CauseOf<Kind>, "kind">> } = {
  "image-missing": { tag: isText, wasBuiltHere: isFlag },
  "image-foreign": { tag: isText, target: nullable(isText) },
  "build-half-missing": { tag: isText },
  forced: {},
  "inputs-changed": {},
  files: {
    change: oneOf("edited", "added", "removed", "made-executable", "made-plain", "link-changed", "replaced"),
    files: listOf(isText),
    count: isCount,
    dependencies: optional((value): value is true => value === true),
  },
  "source-changed": {},
  "dockerfile-edited": { file: isText },
  "variable-changed": {
    of: oneOf("env", "buildEnv", "args", "secrets", "labels", "git"),
    name: isText,
    change: oneOf("added", "removed", "changed"),
  },
  "field-changed": { field: isText, from: nullable(isText), to: nullable(isText) },
  "image-moved": { image: isText, from: isText, to: isText },
  "target-changed": { target: isText, from: isText, to: isText, because: nullable(isRoot) },
  "target-pending": { target: isText, because: nullable(isRoot) },
  dependency: { target: isText, change: oneOf("added", "removed") },
  "time-changed": { from: nullable(isNumber), to: nullable(isNumber) },
  "schema-changed": { from: isNumber, to: isNumber },
};
const CAUSE_GUARDS = new Map(
  Object.entries(CAUSES).map(([kind, fields]) => [kind, shapeOf(fields as Fields<object>)] as const),
);

function isCause(value: unknown): value is Cause {
  return isObject(value) && isText(value.kind) && CAUSE_GUARDS.get(value.kind)?.(value) === true;
}

const isBuild = shapeOf<RecordedBuild>({
  key: isText,
  source: isText,
  tag: isText,
  images: listOf(isText),
  dependencies: optional(listOf(isText)),
  isMadeHere: isFlag,
  isRestored: optional((value): value is true => value === true),
  causes: listOf(isCause),
  time: isTime,
  toolVersion: isText,
});

const isTarget = shapeOf<TargetRecord>({ schemaVersion: oneOf(2), target: isText, builds: listOf(isBuild) });

export function isTargetRecord(value: unknown, target: string): value is TargetRecord {
  return isTarget(value) && value.target === target;
}

const isNamedValues = listOf(pairOf(isText, isText));
const isAppFields = shapeOf<Extract<KeyPreimage["target"], { readonly kind: "app" }>>({
  kind: oneOf("app"),
  name: isText,
  extended: isFlag,
  env: isNamedValues,
  buildEnv: isNamedValues,
  secrets: listOf(isText),
  scripts: isText,
  workspace: nullable(isText),
  network: isText,
  hosts: listOf(isText),
  user: nullable(isText),
  git: optional((value): value is true | KeyPreimage["labels"] => value === true || isNamedValues(value)),
  dependencies: optional(
    (value): value is readonly string[] | false => value === false || listOf(isText)(value),
  ),
});
const isImageFields = shapeOf<Extract<KeyPreimage["target"], { readonly kind: "image" }>>({
  kind: oneOf("image"),
  name: isText,
  dockerfile: isText,
  args: isNamedValues,
  stage: nullable(isText),
  secrets: optional(listOf(isText)),
  network: optional(isText),
  platform: optional(isText),
});
const isPreimage = shapeOf<KeyPreimage>({
  schema: oneOf(KEY_SCHEMA),
  target: (value): value is KeyPreimage["target"] => isAppFields(value) || isImageFields(value),
  labels: isNamedValues,
  source: isText,
  dockerfile: nullable(isText),
  images: listOf(
    shapeOf<KeyPreimage["images"][number]>({
      role: oneOf("build-image", "runtime-image", "dockerfile"),
      name: isText,
      isTarget: isFlag,
      id: isText,
      identity: isText,
    }),
  ),
  dependencies: listOf(
    shapeOf<KeyPreimage["dependencies"][number]>({ target: isText, id: isText, identity: isText }),
  ),
  time: isNumber,
});

/** Key inputs must hash to their key; for keys of another schema, only its number is checked. */
export function isKeyRecord(value: unknown, key: string): value is KeyRecord {
  if (!isObject(value) || value.key !== key || !isObject(value.preimage)) return false;
  const { preimage } = value;
  if (preimage.schema !== KEY_SCHEMA) return isNumber(preimage.schema);
  return isPreimage(preimage) && hashKey(preimage) === key;
}

/** An image that was found, its inputs and its source's files. The inputs are checked where their key is asked for. */
export interface FoundRecord extends Pick<BuildToRecord, "target" | "build"> {
  readonly preimage: unknown;
  readonly files: SourceFiles;
}

const isFoundRecord = shapeOf<FoundRecord>({
  target: isText,
  build: isBuild,
  preimage: (value): value is unknown => isObject(value),
  files: recordOf(isText),
});

export const isFoundFile = shapeOf<{ readonly found: readonly FoundRecord[] }>({
  found: listOf(isFoundRecord),
});

export const isFoundKeysFile = shapeOf<{ readonly keys: readonly string[] }>({ keys: listOf(isText) });

export const isSourceRecord = shapeOf<{ readonly files: SourceFiles }>({ files: recordOf(isText) });

const isOwner = shapeOf({ uid: isCount, gid: isCount });

export const isSourceCacheRecord = shapeOf<SourceCacheRecord>({
  kept: optional(
    shapeOf<NonNullable<SourceCacheRecord["kept"]>>({
      volume: textLike(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/),
      sealedAt: textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/),
      source: isText,
      owner: isOwner,
      time: isNumber,
    }),
  ),
  refusedBy: optional(isText),
});

/** A check that found nothing wrong. */
export interface CheckedRecord {
  readonly key: string;
}

/** The identity of an image. */
export interface IdentityRecord {
  readonly id: string;
  readonly identity: string;
}

export const isIdentityRecord = shapeOf<IdentityRecord>({ id: isText, identity: isText });

export const isCheckedRecord = shapeOf<CheckedRecord>({ key: isText });

const STATES: { readonly [State in ScriptFact["state"]]: Guard<object> } = {
  present: shapeOf({}),
  missing: shapeOf({}),
  "not-executable": shapeOf({}),
  "interpreter-missing": shapeOf({ interpreter: isText, carriageReturn: isFlag }),
};
const STATE_GUARDS = new Map(Object.entries(STATES));

const isScript = (value: unknown): value is ScriptFact =>
  isObject(value) && isText(value.state) && STATE_GUARDS.get(value.state)?.(value) === true;

/** An image, and where its scripts were looked for. */
export interface ImageRecord {
  readonly id: string;
  readonly folder: string;
  readonly contents: ImageContents;
}

export const isImageRecord = shapeOf<ImageRecord>({
  id: isText,
  folder: isText,
  contents: shapeOf<ImageContents>({
    scripts: shapeOf<ImageContents["scripts"]>({
      "prepare-dependencies": isScript,
      prepare: isScript,
      run: isScript,
      "save-artifacts": isScript,
      "prepare-runtime": optional(isScript),
    }),
    speaks: (value): value is ImageContents["speaks"] => value === "sti" || value === "s2i",
    shell: isFlag,
    accounts: shapeOf<ImageContents["accounts"]>({ passwd: isText, group: isText }),
  }),
});
