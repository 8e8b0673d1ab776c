// What the tests of sti share. Nothing of it is part of the product.
export * from "./ask-container.ts";
export * from "./call-log.ts";
export * from "./engine-api.ts";
export * from "./engine-contract.ts";
export * from "./fake-engine.ts";
export * from "./fake-files.ts";
export * from "./fake-state.ts";
export * from "./fault-proxy.ts";
export * from "./image-tree.ts";
export * from "./leftovers.ts";
export * from "./run-cli.ts";
export * from "./workspace.ts";
