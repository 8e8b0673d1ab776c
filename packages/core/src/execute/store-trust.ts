// Decides whether images of a store are to be believed: where the config names keys, only with a signature by one of them. An
// image without one is as none.
import type { Attachment } from "../store/attachment.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { StoreName } from "../store/result-store.ts";
import { formatStoreTag } from "../store/store-tags.ts";
import type { StoreUse } from "./store-use.ts";

export interface StoreTrust {
  /** Asks nobody where no signature is necessary. `ask` resolves to undefined where the store does not answer. */
  isTrusted(name: StoreName, image: RegistryImage, ask: Ask): Promise<boolean>;
  /** Whether the image of a name was found without a valid signature: a new one takes its name. */
  wasRefused(name: StoreName): boolean;
  /** Remembers the signatures that were read. */
  settle(): Promise<void>;
  /** The number of refused images, if there were several. */
  summary(): string | undefined;
}

type Ask = (
  work: (signal: AbortSignal) => Promise<readonly Attachment[]>,
) => Promise<readonly Attachment[] | undefined>;

export function createStoreTrust(
  { signatures, store }: Pick<StoreUse, "signatures" | "store">,
  warn: (message: string) => void,
): StoreTrust {
  const refused = new Set<string>();
  /** Undefined where the store does not answer. */
  const isSigned = async (name: StoreName, image: RegistryImage, ask: Ask): Promise<boolean | undefined> => {
    if (signatures?.isSigned === undefined) return true;
    try {
      const { artifactType, isSigned, memory } = signatures;
      const claim = { ...name, digest: image.referenceDigest };
      const known = memory?.find(claim);
      if (known !== undefined && isSigned(claim, [{ bytes: known }])) return true;
      const accept = (attached: readonly Attachment[]) => {
        const valid = attached.find((one) => isSigned(claim, [one]));
        if (valid !== undefined) memory?.add(claim, valid.bytes);
        return valid !== undefined;
      };
      const read = (inline: boolean) => (signal: AbortSignal) =>
        store.readAttached(image, artifactType, { inline, signal });
      const listed = await ask(read(true));
      if (listed === undefined) return undefined;
      if (listed.length === 0 || accept(listed)) return listed.length > 0;
      // The list may be wrong where the documents are right.
      const attached = await ask(read(false));
      return attached && accept(attached);
    } catch (error) {
      // Documents that are too large, too many, or others than their digest says, sign nothing.
      if (error instanceof RegistryError && error.reason === "invalid") return false;
      throw error;
    }
  };
  return {
    isTrusted: async (name, image, ask) => {
      const signed = await isSigned(name, image, ask);
      if (signed !== false) return signed === true;
      const tag = formatStoreTag(name);
      if (refused.size === 0) {
        warn(
          `the store ${store.repository}: ${tag} has no valid signature, so it is not used (cache.verify)`,
        );
      }
      refused.add(tag);
      return false;
    },
    settle: async () => await signatures?.memory?.write(),
    wasRefused: (name) => refused.has(formatStoreTag(name)),
    summary: () =>
      refused.size > 1
        ? `the store ${store.repository}: ${refused.size} images without a valid signature were not used`
        : undefined,
  };
}
