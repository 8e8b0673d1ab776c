// Entry point for a user's sti.config.*. Loading a config is in "@sti/config/load", so that this stays light.

export { type ConfigContext, type ConfigFunction, defineConfig } from "./define-config.ts";
export { type Axes, type Combination, matrix } from "./matrix.ts";
export type * from "./user-config.ts";
