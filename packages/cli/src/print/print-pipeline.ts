// A pipeline for a CI that builds each target on a machine of its own, level after level. Images go from one machine to
// the next by their registries.
import { formatJson } from "../render/format-json.ts";
import { jobsOf, list } from "./pipeline-jobs.ts";

export type PipelineFormat = "github" | "gitlab" | "json";

/** Output of `sti ci json`. */
export interface LevelsDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** Names of targets; each level needs only targets of earlier levels. */
  readonly levels: readonly (readonly string[])[];
  /** Names of targets by the job of a printed pipeline that builds them; a job may have none. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
}

export function printPipeline(format: PipelineFormat, levels: readonly (readonly string[])[]): string {
  switch (format) {
    case "github":
      return printGithub(levels);
    case "gitlab":
      return printGitlab(levels);
    case "json":
      return formatJson(toLevelsDocument(levels), 2);
    default:
      return format satisfies never;
  }
}

/** First steps of each job. */
export const GITHUB_STEPS = [
  "    steps:",
  "      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2",
  "      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0",
  "        with:",
  "          node-version: 24",
  "      - run: npm ci",
];

/** Image of a job, and the engine beside it. */
export const GITLAB_ENGINE = [
  "  image: node:24",
  "  services:",
  "    - docker:dind",
  "  variables:",
  "    DOCKER_HOST: tcp://docker:2375",
  '    DOCKER_TLS_CERTDIR: ""',
];

const NOTE = [
  "# Made by `sti ci`. Each level is built when the one before it is done. An image gets to the machines that need it by",
  "# the registry that its tag names: log in to it before `sti run`.",
];

/** `chosen`: names of the targets that are listed; all when left out. The jobs are those of all levels. */
export function toLevelsDocument(
  levels: readonly (readonly string[])[],
  chosen: ReadonlySet<string> = new Set(levels.flat()),
): LevelsDocument {
  const choose = (targets: readonly string[]) => targets.filter((name) => chosen.has(name));
  return {
    schemaVersion: 1,
    levels: levels.map(choose).filter((targets) => targets.length > 0),
    jobs: Object.fromEntries(jobsOf(levels).map(({ name, targets }) => [name, choose(targets)])),
  };
}

function printGithub(levels: readonly (readonly string[])[]): string {
  const jobs = jobsOf(levels).flatMap(({ name, needs, targets }) => [
    `  ${name}:`,
    ...(needs.length === 0 ? [] : [`    needs: [${needs.join(", ")}]`]),
    "    runs-on: ubuntu-latest",
    "    strategy:",
    "      fail-fast: false",
    "      matrix:",
    `        target: ${list(targets)}`,
    ...GITHUB_STEPS,
    '      - run: npx --no-install sti run "$TARGET" --no-deps --push',
    "        env:",
    `          TARGET: \${{ matrix.target }}`,
  ]);
  const head = [
    ...NOTE,
    "name: images",
    "on:",
    "  push:",
    "    branches: [main]",
    "permissions:",
    "  contents: read",
  ];
  return `${[...head, "jobs:", ...jobs].join("\n")}\n`;
}

function printGitlab(levels: readonly (readonly string[])[]): string {
  const jobs = jobsOf(levels).flatMap(({ name, level, targets }) => [
    `${name}:`,
    "  extends: .sti",
    `  stage: level-${level}`,
    "  parallel:",
    "    matrix:",
    `      - TARGET: ${list(targets)}`,
    "",
  ]);
  const lines = [
    ...NOTE,
    `stages: [${levels.map((_, index) => `level-${index + 1}`).join(", ")}]`,
    "",
    ".sti:",
    ...GITLAB_ENGINE,
    "  script:",
    "    - npm ci",
    '    - npx --no-install sti run "$TARGET" --no-deps --push',
    "",
    ...jobs,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
