// Access of tests to the engine under test. For a remote engine, STI_TEST_LOCAL_HOST is the socket beside it.
import { env } from "node:process";
import { type Endpoint, endpointRequest } from "@sti/engine-docker/endpoint";

const host = env.STI_TEST_LOCAL_HOST;

export function localRequest(endpoint: Pick<Endpoint, "host" | "tls">): ReturnType<typeof endpointRequest> {
  return endpointRequest(host === undefined ? endpoint : { host });
}

/** Path of the socket. */
export function localSocket(endpoint: Pick<Endpoint, "host">): string {
  return (host ?? endpoint.host).slice("unix://".length);
}
