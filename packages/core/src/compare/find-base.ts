// The image that another one is based on: named by its labels, if the layers prove it and the engine has it.
import { parseImageReference } from "../definition/image-reference.ts";
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageDetails } from "../engine/image.ts";
import { LABEL } from "../plan/labels.ts";

/** Undefined if no label names one, or the named image is missing, or is another one by now. */
export async function findBase(
  engine: Engine,
  image: ImageDetails,
  options: CallOptions = {},
): Promise<{ readonly name: string; readonly details: ImageDetails } | undefined> {
  for (const name of listCandidates(image)) {
    const details = await engine.inspectImage(name, options);
    if (details !== undefined && isBelow(details, image)) return { name, details };
  }
  return undefined;
}

function listCandidates({ config: { labels } }: ImageDetails): readonly string[] {
  const { [BASE_NAME]: name, [BASE_DIGEST]: digest } = labels;
  const repository = name?.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
  const byDigest =
    digest === undefined ? [] : repository === undefined ? [digest] : [digest, `${repository}@${digest}`];
  const named = [name, ...byDigest, labels[LABEL.buildImage]];
  return [...new Set(named)].filter(
    (candidate): candidate is string => candidate !== undefined && isName(candidate),
  );
}

/** Labels may contain anything; only valid names are asked for. */
function isName(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text) || "reference" in parseImageReference(text);
}

const BASE_NAME = "org.opencontainers.image.base.name";
const BASE_DIGEST = "org.opencontainers.image.base.digest";

/** An image is not its own base. */
function isBelow(base: ImageDetails, image: ImageDetails): boolean {
  return (
    base.id !== image.id &&
    base.layers.length > 0 &&
    base.layers.length <= image.layers.length &&
    base.layers.every((layer, index) => layer === image.layers[index])
  );
}
