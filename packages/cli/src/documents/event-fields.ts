// Fields of the events of a session and of a watch.
import * as z from "zod";
import { platform, tag, targetKind, targetName, text, texts, time } from "./fields.ts";

export function eventOf<Type extends string, Fields extends z.ZodRawShape>(
  type: Type,
  about: string,
  fields: Fields,
) {
  return z
    .object({
      type: z.literal(type),
      at: time("Time of the event, by the clock of the machine that runs sti."),
      ...fields,
    })
    .describe(about);
}

export const stream = z.enum(["stdout", "stderr"]).describe("Stream that the line was printed to.");

export const sessionTarget = z
  .object({
    name: targetName,
    kind: targetKind,
    tag,
    dependsOn: texts("Names of the targets that it depends on directly."),
    platform,
  })
  .meta({ id: "SessionTarget", description: "A target of the session." });

export const sessionContainers = z
  .array(
    z
      .object({
        name: targetName,
        builtBy: text("Target that builds its image; missing if the image is pulled.").optional(),
      })
      .meta({ id: "SessionContainer", description: "An app or service that a watch runs." }),
  )
  .describe("Apps and services that run; missing without `--run`.");
