// Whether the image that an engine has pulled is the one that a registry describes.
import type { ImageDetails } from "../engine/image.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import { imageIdentity } from "./image-identity.ts";
import { LABEL } from "./labels.ts";

/**
 * By its id: the digest of its config (Docker's own image store, Podman), of its manifest or of the index that it was pulled by
 * (containerd's image store). Each covers all bytes of the config, which an identity does not: labels of a build, the history.
 */
export function isPulledImage(pulled: ImageDetails, described: RegistryImage): boolean {
  const { configDigest, digest, referenceDigest } = described;
  return (
    [configDigest, digest, referenceDigest].includes(pulled.id) &&
    pulled.config.labels[LABEL.key] === described.config.labels[LABEL.key] &&
    imageIdentity(pulled) === imageIdentity(described)
  );
}
