// The config's schema at run time. An entry of its own: zod and the schemas made with it take most of the load time,
// and only those who check a config or print its schema need them. The types are in index.ts.
export { printConfigReference } from "./definition/config-reference.ts";
export { printConfigTypes } from "./definition/config-types.ts";
export { printConfigSchema } from "./definition/json-schema.ts";
export { Config } from "./definition/schema.ts";
