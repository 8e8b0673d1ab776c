// Faults of calls to an engine or a registry, and the calls that have them. Pure.

/** Fault of a call that is not passed on unchanged. Times are in milliseconds. */
export type Fault =
  /** Passed on that much later. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** The answer is cut off, without a proper end, after so many bytes of its body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Answered by the proxy; the engine sees nothing. */
  | { readonly kind: "replace"; readonly status: number; readonly body: string; readonly type?: string }
  /** The engine does it, but the connection breaks before its answer arrives. */
  | { readonly kind: "drop-reply" }
  /** The connection breaks before the engine sees the call. */
  | { readonly kind: "reset" }
  /** Nothing is answered and nothing breaks; with `after` "call" the engine has done it, with "nothing" it never sees it. */
  | { readonly kind: "hang"; readonly after: "call" | "nothing" };

export interface FaultRule {
  /** As counted: "POST /containers/:id/start"; calls of every kind when left out. */
  readonly call?: string;
  /** Matches the method and the whole path with its query: "GET /v2/a/manifests/1". Each matching call has the fault. */
  readonly request?: RegExp;
  /** Number of the matching call, from 1 on; all of them when left out. */
  readonly nth?: number;
  readonly fault: Fault;
}

/** `number`: of the call among all calls. */
export function faultOf(
  rules: readonly FaultRule[],
  {
    call,
    nth,
    number,
    request,
  }: {
    readonly call: string;
    readonly nth: number;
    readonly number: number;
    readonly request: string;
  },
): Fault | undefined {
  const rule = rules.find((one) =>
    one.request !== undefined
      ? one.request.test(request)
      : one.call === undefined
        ? one.nth === undefined || one.nth === number
        : one.call === call && (one.nth === undefined || one.nth === nth),
  );
  return rule?.fault;
}

/** Ids, names and versions are taken out of the path, so that calls of one kind count as one. */
export function describeCall(method: string, url: string): string {
  const path = url
    .replace(/\?.*$/, "")
    .replace(/^\/v\d+\.\d+\//, "/")
    .replace(/^\/v2\/.+\/blobs\/uploads\/.*$/, "/v2/:name/blobs/uploads")
    .replace(/^\/v2\/.+\/(manifests|blobs|referrers)\/(?!uploads$)[^/]+$/, "/v2/:name/$1")
    .replace(/^\/(containers|volumes|networks)\/(?!create$|json$|prune$)[^/]+/, "/$1/:id")
    .replace(
      /^\/images\/(?!create$|json$|prune$|load$)(.+?)(\/json|\/tag|\/history|\/push)?$/,
      "/images/:id$2",
    );
  return `${method} ${path}`;
}
