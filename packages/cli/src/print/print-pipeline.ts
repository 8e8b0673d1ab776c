// A pipeline for a CI that builds each target on a machine of its own, level after level. Images go from one machine to
// the next by their registries.
import { formatJson } from "../render/format-json.ts";

export type PipelineFormat = "github" | "gitlab" | "json";

/** Output of `sti ci json`. */
export interface LevelsDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** Names of targets; each level needs only targets of earlier levels. */
  readonly levels: readonly (readonly string[])[];
}

export function printPipeline(format: PipelineFormat, levels: readonly (readonly string[])[]): string {
  switch (format) {
    case "github":
      return printGithub(levels);
    case "gitlab":
      return printGitlab(levels);
    case "json":
      return formatJson({ schemaVersion: 1, levels } satisfies LevelsDocument, 2);
    default:
      return format satisfies never;
  }
}

/** GitHub makes no more jobs than this of one matrix, GitLab no more than 200. */
const MOST_JOBS = 200;

const NOTE = [
  "# Made by `sti ci`. Each level is built when the one before it is done. An image gets to the machines that need it by",
  "# the registry that its tag names: log in to it before `sti run`.",
];

function printGithub(levels: readonly (readonly string[])[]): string {
  const jobs = jobsOf(levels).flatMap(({ name, needs, targets }) => [
    `  ${name}:`,
    ...(needs.length === 0 ? [] : [`    needs: [${needs.join(", ")}]`]),
    "    runs-on: ubuntu-latest",
    "    strategy:",
    "      fail-fast: false",
    "      matrix:",
    `        target: ${list(targets)}`,
    "    steps:",
    "      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2",
    "      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0",
    "        with:",
    "          node-version: 24",
    "      - run: npm ci",
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
    "  image: node:24",
    "  services:",
    "    - docker:dind",
    "  variables:",
    "    DOCKER_HOST: tcp://docker:2375",
    '    DOCKER_TLS_CERTDIR: ""',
    "  script:",
    "    - npm ci",
    '    - npx --no-install sti run "$TARGET" --no-deps --push',
    "",
    ...jobs,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

interface Job {
  readonly name: string;
  /** From 1. */
  readonly level: number;
  /** Jobs of the level before. */
  readonly needs: readonly string[];
  readonly targets: readonly string[];
}

/** A level with more targets than a job may have is several jobs. */
function jobsOf(levels: readonly (readonly string[])[]): readonly Job[] {
  let needs: readonly string[] = [];
  return levels.flatMap((targets, index) => {
    const count = Math.ceil(targets.length / MOST_JOBS);
    const jobs = Array.from(
      { length: count },
      (_, part): Job => ({
        name: count === 1 ? `level-${index + 1}` : `level-${index + 1}-${part + 1}`,
        level: index + 1,
        needs,
        targets: targets.slice(part * MOST_JOBS, (part + 1) * MOST_JOBS),
      }),
    );
    needs = jobs.map(({ name }) => name);
    return jobs;
  });
}

/** Names as texts: one like 1.0 is no number. */
function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}
