// Containers of watched apps at run time. An entry of its own: only a watch that runs them loads it. The types are in
// index.ts.
export { checkDev } from "./dev/check-dev.ts";
export { createDevContainers } from "./dev/create-dev-containers.ts";
