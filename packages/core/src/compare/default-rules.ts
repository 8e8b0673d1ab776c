// The rules that hold unless they are turned off: differences that builds make by themselves and that no program
// minds. Each only ever covers a difference; none hides one.
import type { CompareRules } from "../definition/compare-rules.ts";
import type { ImageFiles } from "./image-files.ts";
import type { Change, Rule } from "./rule.ts";

/** Names that @sti/source has to know, since it makes the digests that they compare. */
export const RULE_NAMES = { pycStamps: "pyc-stamps", mask: "mask" } as const;

/** Rules about places: all differences there, and below. */
const PLACES: readonly {
  readonly name: string;
  readonly about: string;
  readonly patterns: readonly string[];
}[] = [
  { name: "logs", about: "what installers and builds logged", patterns: ["var/log"] },
  {
    name: "caches",
    about: "what package managers keep to be faster the next time",
    patterns: [
      "var/cache",
      "var/lib/apt/lists",
      "root/.cache",
      "home/*/.cache",
      "**/.npm/_cacache",
      "**/.npm/_logs",
      "**/.npm/_update-notifier-last-checked",
      "usr/local/share/.cache",
      "**/node_modules/.cache",
      "root/go/pkg/mod/cache",
      "go/pkg/mod/cache",
      "**/.cargo/registry/cache",
    ],
  },
  {
    name: "package-state",
    about: "records of package managers about installed packages",
    patterns: [
      "var/lib/dpkg",
      "var/lib/apt",
      "lib/apk/db",
      "usr/lib/apk/db",
      "etc/apk/world",
      "var/lib/rpm",
      "usr/lib/sysimage/rpm",
      "var/lib/dnf",
      "var/lib/yum",
      "**/*.dist-info/RECORD",
      "**/*.dist-info/direct_url.json",
      "**/node_modules/.package-lock.json",
      "**/node_modules/.yarn-integrity",
      "**/node_modules/.modules.yaml",
      "**/node_modules/.pnpm-workspace-state*.json",
    ],
  },
  {
    name: "linker-cache",
    about: "the dynamic linker's cache, made of the libraries that are there",
    patterns: ["etc/ld.so.cache"],
  },
  {
    name: "machine-id",
    about: "a number for each machine",
    patterns: ["etc/machine-id", "var/lib/dbus/machine-id"],
  },
  {
    name: "account-backups",
    about: "backups of the user database",
    patterns: ["etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/subuid-", "etc/subgid-"],
  },
  {
    name: "temporary",
    about: "folders for what does not last",
    patterns: ["tmp", "var/tmp", "run", "var/run"],
  },
];

/** Labels about the origin of an image rather than its behaviour. */
const ORIGIN_LABEL =
  /^(?:sti\.|org\.opencontainers\.image\.(?:created|revision|base\.name|base\.digest)$|org\.label-schema\.(?:build-date|vcs-ref)$|io\.openshift\.s2i\.build\.)/;

/** The default rules and the user's, in the order in which they are asked. */
export function makeRules(written: CompareRules, files: Pick<ImageFiles, "matchPaths">): readonly Rule[] {
  return [
    {
      name: "origin-labels",
      about: "labels about the origin of an image",
      covers: ({ level, what, path = "" }) =>
        level === "config" && what === "Labels" && ORIGIN_LABEL.test(path),
    },
    {
      name: "mtimes",
      about: "times of files",
      covers: ({ level, what }) => level === "files" && what === "mtime",
    },
    {
      name: "hard-links",
      about: "the same content under two names, once as one file and once as two",
      covers: ({ level, what }) => level === "files" && what === "hard link",
    },
    {
      name: RULE_NAMES.pycStamps,
      about: "the time of the source in compiled Python",
      covers: hasEqualMasked(RULE_NAMES.pycStamps),
    },
    {
      name: "python-cache",
      about: "compiled Python on one side only: Python makes it where it is missing",
      covers: ({ level, what, path = "" }) =>
        level === "files" && what === "entry" && PYTHON_CACHE.test(path),
    },
    ...PLACES.map(({ name, about, patterns }) => ({
      name,
      about,
      covers: isFileIn(files.matchPaths(patterns)),
    })),
    {
      name: RULE_NAMES.mask,
      about: "what compare.mask takes out of contents",
      covers: hasEqualMasked(RULE_NAMES.mask),
    },
    ...ignoreRules(written.ignore, files),
  ];
}

const PYTHON_CACHE = /\/__pycache__(?:\/[^/]*\.pyc)?$/;

function hasEqualMasked(rule: string): Rule["covers"] {
  return ({ what, files }) => {
    const [left, right] = [files?.left?.masked, files?.right?.masked];
    return what === "content" && left?.rule === rule && right?.rule === rule && left.digest === right.digest;
  };
}

function isFileIn(matches: (path: string) => boolean): Rule["covers"] {
  return ({ level, path }) => level === "files" && path !== undefined && matches(path.slice(1));
}

/** "env:NAME" and "label:NAME" are about the config, all else about files. Each pattern is a rule: reports name it. */
function ignoreRules(
  patterns: readonly string[],
  { matchPaths }: Pick<ImageFiles, "matchPaths">,
): readonly Rule[] {
  const about = "differences in compare.ignore";
  const ofConfig = patterns.filter((pattern) => CONFIG_PATTERN.test(pattern));
  const ofFiles = patterns.filter((pattern) => !CONFIG_PATTERN.test(pattern));
  const takesInAgain = ofFiles.some((pattern) => pattern.trim().startsWith("!"));
  const groups = takesInAgain ? [ofFiles] : ofFiles.map((pattern) => [pattern]);
  return [
    ...ofConfig.map((pattern): Rule => {
      const [, kind = "", name = ""] = CONFIG_PATTERN.exec(pattern) ?? [];
      const matches = matchPaths([name]);
      const field = CONFIG_FIELDS[kind];
      const covers = ({ level, what, path }: Change) =>
        level === "config" && what === field && path !== undefined && matches(path);
      return { name: `ignore ${pattern}`, about, covers };
    }),
    ...groups.map((group): Rule => {
      return { name: `ignore ${group.join(" ")}`, about, covers: isFileIn(matchPaths(group)) };
    }),
  ];
}

const CONFIG_PATTERN = /^(env|label|port|volume):(.+)$/;
const CONFIG_FIELDS: Readonly<Record<string, string>> = {
  env: "Env",
  label: "Labels",
  port: "ExposedPorts",
  volume: "Volumes",
};
