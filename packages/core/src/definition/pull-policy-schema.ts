// When images are pulled: zod schema.
import * as z from "zod";

export const PullPolicy = z.enum(["missing", "always", "never"]).meta({
  id: "PullPolicy",
  description: "When to pull an image that the config does not build, at most once per session.",
});

export type PullPolicy = z.output<typeof PullPolicy>;
