// Set-up of test files that need an engine: where tests have several, those that run side by side have one each.
import { env } from "node:process";

const engines = (env.STI_TEST_ENGINES ?? "").split(" ").filter((host) => host !== "");
const host = engines[(Number(env.VITEST_POOL_ID) - 1) % engines.length];
if (host !== undefined) env.DOCKER_HOST = host;
