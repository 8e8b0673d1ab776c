// The JSON schema of the config, for editors of JSON and YAML configs: sti.config.schema.json.
import * as z from "zod";
import { Config } from "./schema.ts";

/** Draft 7, for the config as the user writes it: keys with defaults are optional. */
export function printConfigSchema(): string {
  const schema = z.toJSONSchema(Config, { io: "input", target: "draft-7" });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
