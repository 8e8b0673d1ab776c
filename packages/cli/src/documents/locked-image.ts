// Schema of an image as a lock file names it.
import * as z from "zod";
import { text } from "./fields.ts";

export const lockedImage = z.object({
  digest: text(
    "Digest of the manifest in the registry, `sha256:…`; missing for an image that came from none.",
  ).optional(),
  id: text("Id of the image in the engine, `sha256:…`."),
  platform: text("Platform of the image: `linux/amd64`."),
});
