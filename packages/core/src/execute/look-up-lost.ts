// Finds the result of a call that makes, names or removes something, and whose answer is lost or inconclusive. Each
// kind of call has its own look-up, which is tried once; an effect that is found counts as success.
import type { Engine } from "../engine/engine.ts";
import { EngineError, isUncertain } from "../engine/engine-error.ts";
import type { ImageSummary } from "../engine/image.ts";
import { LABEL } from "../plan/labels.ts";

/** Such an engine's calls fail only if they have failed, or if that cannot be found out: see EngineError.effect. */
export function lookUpLost(engine: Engine): Engine {
  const images = createImageMemory(engine);
  return {
    ...engine,
    listImages: images.list,
    tagImage: sure(engine.tagImage, async ([id, reference]) =>
      (await engine.inspectImage(reference))?.id === id ? { value: undefined } : undefined,
    ),
    createContainer: sure(engine.createContainer, async ([spec]) => {
      const found = await engine.inspectContainer(spec.name);
      return found && { value: found.id };
    }),
    createVolume: sure(engine.createVolume, async ([name]) => {
      const found = await engine.inspectVolume(name);
      return found && { value: found };
    }),
    // Makes nothing where there is one of the name.
    createNetwork: again(engine.createNetwork),
    removeNetwork: again(engine.removeNetwork),
    buildImage: images.noting(sure(engine.buildImage, ([build]) => images.findMade(build.labels))),
    commitContainer: images.noting(
      sure(engine.commitContainer, ([, config]) => images.findMade(config.labels)),
    ),
    // A finished operation is not done again: the engine, or its registry, answers at once.
    pullImage: again(engine.pullImage),
    pushImage: again(engine.pushImage),
    removeImage: again(engine.removeImage),
    removeContainer: again(engine.removeContainer),
    removeVolume: again(engine.removeVolume),
    stopContainer: again(engine.stopContainer),
  };
}

/** The effect found after all. Undefined: the engine has not done it. */
type Found<Value> = { readonly value: Value } | undefined;

type Call<Args extends readonly unknown[], Value> = (...args: Args) => Promise<Value>;

/** The call with a look-up if its answer does not show its effect. */
function sure<Args extends readonly unknown[], Value>(
  call: Call<Args, Value>,
  lookUp: (args: Args, error: EngineError) => Promise<Found<Value>>,
): Call<Args, Value> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      if (!isUncertain(error)) throw error;
      const found = await orUnknown(lookUp(args, error), error);
      if (found === undefined) throw withEffect(error, "none");
      return found.value;
    }
  };
}

/** The call, which looks by being made a second time. */
function again<Args extends readonly unknown[], Value>(call: Call<Args, Value>): Call<Args, Value> {
  return sure(call, async (args, error) => {
    // An engine that was silent for so long is not asked for as long again.
    if (error.reason === "unreachable-timeout") throw error;
    return { value: await call(...args) };
  });
}

async function orUnknown<Value>(look: Promise<Value>, error: EngineError): Promise<Value> {
  try {
    return await look;
  } catch (unanswered) {
    // A refusal is an answer, too, and a later one; an aborted signal is none of the engine's.
    throw isUncertain(unanswered) || isUnreachable(unanswered) ? withEffect(error, "unknown") : unanswered;
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof EngineError && error.reason.startsWith("unreachable-");
}

function withEffect(error: EngineError, effect: "none" | "unknown"): EngineError {
  const { exitCode, message, operation, reason, status } = error;
  return new EngineError({ reason, operation, message, status, exitCode, effect, cause: error });
}

interface ImageMemory {
  readonly list: Engine["listImages"];
  /** The call, whose image is known from then on. */
  noting<Args extends readonly unknown[]>(call: Call<Args, string>): Call<Args, string>;
  /** The one image with these labels that has no tag and has not been seen before. */
  findMade(labels: Readonly<Record<string, string>>): Promise<Found<string>>;
}

/** Of equal images only those count that came into being after this program's first look at the engine. */
function createImageMemory(engine: Engine): ImageMemory {
  let seen: Set<string> | undefined;
  const isMade = ({ id, labels, tags }: ImageSummary, wanted: Readonly<Record<string, string>>) =>
    tags.length === 0 &&
    seen?.has(id) === false &&
    wanted[LABEL.key] !== undefined &&
    [LABEL.key, LABEL.stage].every((label) => labels[label] === wanted[label]);
  return {
    async list(options) {
      const images = await engine.listImages(options);
      seen = new Set([...(seen ?? []), ...images.map(({ id }) => id)]);
      return images;
    },
    noting:
      (call) =>
      async (...args) => {
        const id = await call(...args);
        seen?.add(id);
        return id;
      },
    async findMade(labels) {
      const made = (await engine.listImages()).filter((image) => isMade(image, labels));
      const [only] = made;
      // Of two, one may be another session's: neither is touched.
      return made.length === 1 && only !== undefined ? { value: only.id } : undefined;
    },
  };
}
