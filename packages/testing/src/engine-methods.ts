// Differences between engines that end-to-end tests have to know.
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";

const engine = await createDockerEngine({ endpoint: await resolveEndpoint(), env: {} });
const description = await engine.describe();
const {
  buildsWithSecrets,
  commitsExactly,
  discardedLimits = [],
  endsBuilds,
  imageStore,
  listsCaches,
  overlays,
  product,
  rootless,
  takesNetwork,
} = description;

/** Methods that build apps here: sti refuses the container method where a commit contains mounted files. */
export const METHODS: readonly ("dockerfile" | "container")[] = commitsExactly
  ? ["dockerfile", "container"]
  : ["dockerfile"];

/** For tests of a feature that only the container method has. */
export const BY_CONTAINER = METHODS.includes("container");

/** For tests of one build whose method makes no difference. */
export const A_METHOD = BY_CONTAINER ? "container" : "dockerfile";

/** Whether the engine can have source caches: their builds mount overlays. */
export const CACHES_SOURCES = BY_CONTAINER && overlays === true;

/** Whether caches of builds are listed, and can be removed one by one. */
export const LISTS_CACHES = listsCaches !== false;

/** Whether an interrupted build leaves nothing; else the next session removes an image that came of it. */
export const ENDS_BUILDS = endsBuilds !== false;

/** Podman builds images of a format that has no ONBUILD. */
export const HAS_TRIGGERS = product !== "Podman";

/**
 * Podman and containerd's image store give digests to images that no registry has: without a record they could be pulled
 * ones.
 */
export const KNOWS_OWN_IMAGES = product !== "Podman" && imageStore !== "containerd";

/** Podman and containerd's image store forget an image's registry digest with its tag. */
export const KEEPS_DIGESTS = product !== "Podman" && imageStore !== "containerd";

/** Whether apps can be built in another network than the engine's own; else sti refuses it by name. */
export const TAKES_NETWORK = takesNetwork !== "none";

/** Whether the engine's builder can be given secrets; else sti refuses them by name. */
export const BUILDS_WITH_SECRETS = buildsWithSecrets !== false;

/** Whether containers keep to limits of memory and processors; else sti refuses these by name. */
export const HAS_LIMITS = discardedLimits.length === 0;

/** A user id that no image knows, as platforms give one to each project. Without root, an engine has 65,536 of them. */
export const FOREIGN_UID = rootless === true ? 65_000 : 1_000_650_000;
