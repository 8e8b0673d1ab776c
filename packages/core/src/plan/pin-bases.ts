// Names locked images by their digests, in a generated Dockerfile and in users' ones, for engines whose builder asks the registry about a tag even if
// the engine has the image: there a tag that moved would be built on instead of the locked image. Pure.
import { normaliseReference } from "../definition/image-reference.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { decideImage } from "./decide-image.ts";
import type { Facts } from "./facts.ts";
import { isLockedImage, type Lock, nameByDigest } from "./lock.ts";
import { scanDockerfile } from "./scan-dockerfile.ts";

/** Names with digests, by the normal form of the references that they replace. */
export type PinnedBases = ReadonlyMap<string, string>;

/** Empty where the engine takes its own images. An image that is used although it is not the locked one is left out. */
export function findPinnedBases(
  { images, target }: TargetNode,
  known: { readonly facts: Facts; readonly lock: Lock | undefined },
): PinnedBases {
  if (known.facts.engine?.asksRegistryForBases !== true) return new Map();
  return new Map(
    images.flatMap((image) => {
      const locked = known.lock?.get(image.reference);
      const name = nameByDigest(image.reference, locked);
      if (locked === undefined || name === undefined || image.target !== undefined) return [];
      const present = known.facts.images.get(image.reference);
      const isUsed = decideImage(image, target.pull, known).kind === "present";
      const isOther = isUsed && present !== undefined && !isLockedImage(present, locked);
      return isOther ? [] : [[image.reference, name] as const];
    }),
  );
}

/** FROM with its flags, its image, and the name of the stage. */
const FROM = /^([ \t]*FROM[ \t]+(?:--\S+[ \t]+)*)([^\s$]+)([ \t]+AS[ \t]+(\S+))?[ \t]*\r?$/i;
const COPY_FROM = /^([ \t]*COPY[ \t]+(?:--\S+[ \t]+)*?--from=)([^\s$]+)/i;

/** Names of stages and names with variables stay as they are. */
export function pinBases(dockerfile: string, bases: PinnedBases): string {
  if (bases.size === 0) return dockerfile;
  const stages = new Set<string>();
  const pin = (name: string) => {
    const reference = stages.has(name.toLowerCase()) ? undefined : normaliseReference(name);
    return (reference === undefined ? undefined : bases.get(reference)) ?? name;
  };
  const lines = dockerfile.split("\n");
  const { starts } = scanDockerfile(lines);
  const pinned = lines.map((line, index) => {
    if (!starts.has(index)) return line;
    const from = FROM.exec(line);
    if (from === null)
      return line.replace(COPY_FROM, (_, start: string, name: string) => `${start}${pin(name)}`);
    const [, start = "", name = "", rest = "", stage] = from;
    const written = `${start}${pin(name)}${rest}`;
    if (stage !== undefined) stages.add(stage.toLowerCase());
    return written;
  });
  return pinned.join("\n");
}
