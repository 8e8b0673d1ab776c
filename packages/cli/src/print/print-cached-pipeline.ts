// Pipelines whose machines share results by the store: a first job asks it for them, the jobs of the levels build only what it
// lacks, and a last one pushes the tags. Pull requests read the store only.
import { jobsOf, list } from "./pipeline-jobs.ts";
import { GITHUB_STEPS, GITLAB_ENGINE } from "./print-pipeline.ts";

export interface CachedPipeline {
  /** Of all selected targets. */
  readonly levels: readonly (readonly string[])[];
  /** Selectors of the command line; all targets when empty. */
  readonly selectors: readonly string[];
  /** Host of the store. */
  readonly registry: string;
}

const NOTE = [
  "# Made by `sti ci --cache`. The first job asks the store for all results, the jobs of the levels build those that it lacks,",
  "# and the last one pushes the tags: of results in the store, inside the registry. Pull requests add nothing to the store.",
];
const READ_ONLY = "--no-cache-write";

export function printCachedGithub({ levels, registry, selectors }: CachedPipeline): string {
  const jobs = jobsOf(levels);
  const steps = [...GITHUB_STEPS, ...githubLogin(registry)];
  const names = jobs.map(({ name }) => name).join(",");
  const goesOn = "!failure() && !cancelled()";
  const building = jobs.flatMap(({ name, needs }) => {
    const targets = `fromJSON(needs.plan.outputs.jobs)['${name}']`;
    return [
      `  ${name}:`,
      `    needs: [${["plan", ...needs].join(", ")}]`,
      // A job of an earlier level that had nothing to do was skipped; an empty matrix is an error.
      `    if: \${{ ${goesOn} && ${targets}[0] }}`,
      "    runs-on: ubuntu-latest",
      "    strategy:",
      "      fail-fast: false",
      "      matrix:",
      `        target: \${{ ${targets} }}`,
      ...steps,
      '      - run: npx --no-install sti run "$TARGET" $STI_CACHE',
      "        env:",
      `          TARGET: \${{ matrix.target }}`,
    ];
  });
  const lines = [
    ...NOTE,
    "name: images",
    "on:",
    "  pull_request:",
    "  push:",
    "    branches: [main]",
    "permissions:",
    "  contents: read",
    ...(isGithub(registry) ? ["  packages: write"] : []),
    "env:",
    `  STI_CACHE: \${{ github.event_name == 'pull_request' && '${READ_ONLY}' || '' }}`,
    "jobs:",
    "  plan:",
    "    runs-on: ubuntu-latest",
    "    outputs:",
    `      jobs: \${{ steps.plan.outputs.jobs }}`,
    ...steps,
    "      - id: plan",
    "        run: |",
    `          npx --no-install sti ci json ${shell(selectors)}--missing --jobs ${names} $STI_CACHE > "$RUNNER_TEMP/jobs.json"`,
    '          echo "jobs=$(jq -c .jobs "$RUNNER_TEMP/jobs.json")" >> "$GITHUB_OUTPUT"',
    ...building,
    "  publish:",
    `    needs: [${["plan", ...jobs.map(({ name }) => name)].join(", ")}]`,
    `    if: \${{ ${goesOn} && github.event_name == 'push' }}`,
    "    runs-on: ubuntu-latest",
    ...steps,
    `      - run: npx --no-install sti run ${shell(selectors)}--push=atomic`,
  ];
  return `${lines.join("\n")}\n`;
}

export function printCachedGitlab({ registry, selectors }: CachedPipeline): string {
  const lines = [
    ...NOTE,
    "stages: [plan, build, publish]",
    "",
    "workflow:",
    "  rules:",
    '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
    "      variables:",
    `        STI_CACHE: ${READ_ONLY}`,
    "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    "",
    ".sti:",
    "  image: node:24",
    ...gitlabLogin(registry),
    "",
    "plan:",
    "  extends: .sti",
    "  stage: plan",
    "  script:",
    // Made outside the checkout, which may be the source of an app.
    `    - npx --no-install sti ci gitlab ${shell(selectors)}--missing $STI_CACHE > /tmp/images.yml`,
    "    - mv /tmp/images.yml images.yml",
    "  artifacts:",
    "    paths: [images.yml]",
    "",
    "build:",
    "  stage: build",
    "  trigger:",
    "    include:",
    "      - artifact: images.yml",
    "        job: plan",
    "    strategy: depend",
    "",
    "publish:",
    "  extends: .sti",
    "  stage: publish",
    ...GITLAB_ENGINE.slice(1),
    "  dependencies: []",
    "  rules:",
    "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    "  script:",
    `    - npx --no-install sti run ${shell(selectors)}--push=atomic`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The pipeline that GitLab's job `build` starts. `chosen`: names of the targets that are built. */
export function printGitlabChild(
  { levels, registry }: Omit<CachedPipeline, "selectors">,
  { chosen, writes }: { readonly chosen: ReadonlySet<string>; readonly writes: boolean },
): string {
  const left = levels.map((targets) => targets.filter((name) => chosen.has(name)));
  const jobs = jobsOf(left.filter((targets) => targets.length > 0));
  const stages = [...new Set(jobs.map(({ level }) => `level-${level}`))];
  const rules = ["workflow:", "  rules:", "    - when: always", ""];
  if (jobs.length === 0) {
    const nothing = ["nothing:", "  variables:", "    GIT_STRATEGY: none", "  script:"];
    return `${[...rules, ...nothing, "    - echo the store has all results"].join("\n")}\n`;
  }
  const lines = [
    `stages: [${stages.join(", ")}]`,
    "",
    ...rules,
    ".sti:",
    ...GITLAB_ENGINE,
    ...gitlabLogin(registry),
    "  script:",
    `    - npx --no-install sti run "$TARGET"${writes ? "" : ` ${READ_ONLY}`}`,
    ...jobs.flatMap(({ level, name, targets }) => [
      "",
      `${name}:`,
      "  extends: .sti",
      `  stage: level-${level}`,
      "  parallel:",
      "    matrix:",
      `      - TARGET: ${list(targets)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function isGithub(registry: string): boolean {
  return registry === "ghcr.io";
}

function githubLogin(registry: string): readonly string[] {
  const [user, password] = isGithub(registry)
    ? ["github.actor", "github.token"]
    : ["secrets.REGISTRY_USER", "secrets.REGISTRY_PASSWORD"];
  return [
    // Pull requests from forks get no secrets: they read what everybody may read.
    `      - run: if [ -n "$REGISTRY_PASSWORD" ]; then docker login ${registry} -u "$REGISTRY_USER" --password-stdin <<<"$REGISTRY_PASSWORD"; fi`,
    "        env:",
    `          REGISTRY_USER: \${{ ${user} }}`,
    `          REGISTRY_PASSWORD: \${{ ${password} }}`,
  ];
}

/** Docker's config by hand: the image of the job has no docker. */
function gitlabLogin(registry: string): readonly string[] {
  return [
    "  before_script:",
    "    - npm ci",
    "    - mkdir -p ~/.docker",
    `    - auth=$(printf %s:%s "\${REGISTRY_USER:-$CI_REGISTRY_USER}" "\${REGISTRY_PASSWORD:-$CI_REGISTRY_PASSWORD}" | base64 -w0)`,
    `    - echo "{\\"auths\\":{\\"${registry}\\":{\\"auth\\":\\"$auth\\"}}}" > ~/.docker/config.json`,
  ];
}

/** For a shell, each with a space behind it. */
function shell(words: readonly string[]): string {
  return words
    .map((word) => `${/^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`} `)
    .join("");
}
