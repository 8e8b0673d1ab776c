// By which methods the engine under test builds apps: where a commit takes along what is mounted, sti refuses the
// container method.
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";

const engine = await createDockerEngine({ endpoint: await resolveEndpoint(), env: {} });
const { commitsExactly } = await engine.describe();

export const METHODS: readonly ("build" | "run")[] = commitsExactly ? ["build", "run"] : ["build"];
