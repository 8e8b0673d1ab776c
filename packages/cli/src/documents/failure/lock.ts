// Schemas of failures of the lock file.
import * as z from "zod";
import { text } from "../fields.ts";
import { failureOf, file, frame, image, inConfig, known, location, message, suggestion } from "./fields.ts";

const digest = text(
  "Digest in the registry, `sha256:…`; missing for an image that came from none.",
).optional();
const id = text("Id of the image in the engine, `sha256:…`.");

export const lockFailures = [
  failureOf("lock-unreadable", "The lock file cannot be read.", { file, message }),
  failureOf("lock-unwritable", "The lock file cannot be written.", { file, message }),
  failureOf("lock-invalid", "The lock file is invalid.", { location, message, frame: frame.optional() }),
  failureOf("lock-missing", "There is no lock file, and `--frozen` requires one.", { file }),
  failureOf("lock-incomplete", "The lock file has no entry for an external image.", { image, ...inConfig }),
  failureOf("lock-drift", "The engine has another image than the lock file.", {
    image,
    location: location.describe("Place in the lock file.").optional(),
    locked: z
      .object({ digest, id, platform: text("Platform of the image: `linux/amd64`.") })
      .describe("Entry of the lock file."),
    present: z
      .object({ digest, id })
      .describe("The engine's image under this name; missing if it has none.")
      .optional(),
  }),
  failureOf("lock-image-unknown", "The config uses no such external image.", {
    image,
    suggestion: suggestion.optional(),
    known,
  }),
] as const;
