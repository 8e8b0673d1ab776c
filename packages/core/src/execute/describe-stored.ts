// A result in the store by its own image: labels and time, without another request.
import type { RestoredImage } from "./event.ts";
import type { StoredResult } from "./store-use.ts";

/** Label of the commit of an image's source. */
const COMMIT = "org.opencontainers.image.revision";

export function describeStored({ result }: StoredResult): Omit<RestoredImage, "isLoaded"> {
  const { config, created: built, digest, repository } = result;
  const { [COMMIT]: commit } = config.labels;
  return {
    reference: `${repository}@${digest}`,
    ...(commit === undefined ? {} : { commit }),
    ...(built === undefined ? {} : { built }),
  };
}
