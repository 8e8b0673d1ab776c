// The sessions into which faults are injected. Each has an earlier image under its tag and a source that changed.

export interface Scenario {
  readonly name: string;
  readonly command: "run" | "watch";
  readonly method: "dockerfile" | "container";
  /** An app that is built from nothing, with artifacts, or in two stages; or an image entry. */
  readonly kind: "clean" | "incremental" | "extended" | "entry";
  readonly push: boolean;
}

const METHODS = ["dockerfile", "container"] as const;

export const scenarios: readonly Scenario[] = [
  ...METHODS.flatMap((method): readonly Scenario[] => [
    { name: `clean-${method}`, command: "run", method, kind: "clean", push: false },
    { name: `incremental-${method}`, command: "run", method, kind: "incremental", push: false },
    { name: `extended-${method}`, command: "run", method, kind: "extended", push: false },
    { name: `push-${method}`, command: "run", method, kind: "incremental", push: true },
    { name: `watch-${method}`, command: "watch", method, kind: "incremental", push: false },
  ]),
  { name: "entry", command: "run", method: "dockerfile", kind: "entry", push: false },
];

/** Arguments of the session under test; `isHealthy`: of one that follows it, without its special flags. */
export function argumentsOf(scenario: Scenario, isHealthy = false): readonly string[] {
  return [
    isHealthy ? "run" : scenario.command,
    "--concurrency",
    "1",
    ...(scenario.kind === "clean" && !isHealthy ? ["--clean"] : []),
    ...(scenario.push ? ["--push"] : []),
  ];
}
