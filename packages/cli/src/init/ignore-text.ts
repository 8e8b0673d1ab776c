// The text of a `.stiignore` for the source of an app. Pure.

/** Files of sti at the root of a source; an edit of them is no change of the app. */
export const OWN_FILES: readonly string[] = ["builders", "sti.config.*", "sti.lock"];

/** `patterns`: those of this source, after the ones that every source has. */
export function ignoreTextOf(patterns: readonly string[]): string {
  return [
    "# Files that are not part of the app, in the syntax of .dockerignore.",
    "# .git and node_modules are left out anyway.",
    ...COMMON,
    ...patterns,
    "",
  ].join("\n");
}

const COMMON: readonly string[] = [
  ".stiignore",
  "Dockerfile*",
  "compose*.y*ml",
  "docker-compose*.y*ml",
  "**/.env",
  "**/.env.local",
  "**/*.log",
  "**/.DS_Store",
  "**/.venv",
  "**/__pycache__",
  "**/.next",
  "**/coverage",
];
