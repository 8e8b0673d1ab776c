// Engines of two machines that share a store.
import type { FakeEngine } from "./fake-engine.ts";
import type { FakeStore } from "./fake-store.ts";
import { builderApp, builderEngine, PLAIN_BUILDER } from "./session.ts";

/** `web` is based on the image entry `base`. */
export const SHARED_CONFIG = {
  images: { base: { context: "base", tag: "acme/base" } },
  apps: { api: builderApp("api"), web: { ...builderApp("web"), buildImage: "acme/base" } },
};
/** Two engines with the same build image under other ids. `leavesOut`: of the second one. */
export function twoEngines(
  store: FakeStore,
  { leavesOut = false }: { readonly leavesOut?: boolean } = {},
): readonly [FakeEngine, FakeEngine] {
  const of = (id: string, firstId: number) =>
    builderEngine({
      leavesOut: leavesOut && firstId > 0,
      images: [{ ...PLAIN_BUILDER, id, layers: ["sha256:builder"] }],
      registry: store.images,
      pushed: store.images,
      firstId,
    });
  return [of("sha256:builder-here", 0), of("sha256:builder-there", 1_000)];
}
