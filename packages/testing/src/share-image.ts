// Puts an image of an engine into a registry, where workers get the external images of their tasks.
import { createDockerEngine } from "@sti/engine-docker";
import type { Endpoint } from "@sti/engine-docker/endpoint";

/** The engine has it under the reference from then on, too. */
export async function shareImage(endpoint: Endpoint, image: string, reference: string): Promise<void> {
  const engine = await createDockerEngine({ endpoint });
  await engine.tagImage(image, reference, { isHeld: true });
  await engine.pushImage(reference);
}
