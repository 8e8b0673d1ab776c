// Builds on other machines: loaded only by sessions that use workers, and by workers.
export type { BuildTask } from "./remote/build-task.ts";
export { NO_ENGINE } from "./remote/no-engine.ts";
export { readBuildTask } from "./remote/read-build-task.ts";
export type { RemoteBuilder, RemoteSession } from "./remote/remote-builder.ts";
export { createRemoteExecutor } from "./remote/remote-executor.ts";
export { runTask, TaskInterruptedError } from "./remote/run-task.ts";
export type { TaskEnd } from "./remote/task-end.ts";
