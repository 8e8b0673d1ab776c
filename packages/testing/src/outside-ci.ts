// Set-up of all test files: sti behaves in a CI as it does at a user's machine, unless a test says otherwise. In a CI it
// refuses a live page, freezes sti.lock, sends whole sources and writes that CI's annotations.
import { env } from "node:process";

const OF_CI = /^(?:CI|CI_.*|GITHUB_.*|GITLAB_CI)$/;

for (const name of Object.keys(env)) if (OF_CI.test(name)) delete env[name];
