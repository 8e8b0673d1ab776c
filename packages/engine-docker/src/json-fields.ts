// Owns the reading of fields from an engine's JSON that engines write differently.
import { asText } from "@sti/registry/json-fields";

export {
  asLabels,
  asNumber,
  asObject,
  asObjects,
  asText,
  asTexts,
  asTime,
  type Json,
} from "@sti/registry/json-fields";

/** An image's id. Podman leaves out the name of the algorithm in some of its answers. */
export function asImageId(value: unknown): string {
  const id = asText(value);
  return /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id;
}

/** A container's state. Podman's "stopped" has not been cleaned up after its end. */
export function asState(value: unknown): string {
  const state = asText(value);
  return state === "stopped" ? "exited" : state;
}
