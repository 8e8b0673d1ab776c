// Builds on many machines by a queue of BullMQ. Loaded only by sessions that use workers, and by workers.
export { checkQueue, checkServer } from "./check/check-queue.ts";
export { createQueueBuilder, type QueueBuilderOptions } from "./coordinator/create-queue-builder.ts";
export { listWorkers } from "./coordinator/list-workers.ts";
export { priorities } from "./coordinator/priorities.ts";
export type { TaskPolicy } from "./task/judge-task.ts";
export { eventsTopic, type Presence, type TargetEvent } from "./task/task-topics.ts";
export { openQueue } from "./transport/open-queue.ts";
export { type QueueConnection, QueueUnreachableError } from "./transport/queue-connection.ts";
export { homeQueueName, parseQueuePlace, type QueuePlace, queueName } from "./transport/queue-place.ts";
export { unlessLost } from "./transport/unless-lost.ts";
export { watchServer } from "./transport/watch-server.ts";
export { type Serving, serveTasks, type WorkerEvent } from "./worker/serve-tasks.ts";
export type { WorkerHost } from "./worker/worker-host.ts";
