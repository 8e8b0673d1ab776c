// Removes leftovers of sessions that died without cleaning up. Never touches those of a living one, or of another
// machine that shares the engine.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { LABEL } from "../plan/labels.ts";
import { networkOfContainer, parseOwner, SESSION_NAME_PREFIX, type SessionOwner } from "./session-id.ts";

export interface Swept {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** Those of the containers. */
  readonly networks: readonly string[];
}

/** `isDead` decides for owners on this machine; it must answer false when it cannot know. */
export async function sweepLeftovers(
  engine: Engine,
  isDead: (owner: SessionOwner) => boolean,
  options: CallOptions = {},
): Promise<Swept> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(SESSION_NAME_PREFIX, options),
    engine.listVolumes(LABEL.managed, options),
  ]);
  const ofDead = (name: string) => {
    const owner = parseOwner(name);
    return owner !== undefined && isDead(owner);
  };
  const deadContainers = containers.filter((container) => ofDead(container.name));
  const deadVolumes = volumes.filter((volume) => ofDead(volume.name));
  await Promise.all(deadContainers.map((container) => engine.removeContainer(container.id, options)));
  // Without a call to list them: one that is left alone is for sti clean.
  const networks = new Set(deadContainers.flatMap(({ name }) => networkOfContainer(name) ?? []));
  await Promise.all([...networks].map((name) => engine.removeNetwork(name, options)));
  await Promise.all(deadVolumes.map((volume) => engine.removeVolume(volume.name, options)));
  return {
    containers: deadContainers.map((container) => container.name),
    volumes: deadVolumes.map((volume) => volume.name),
    networks: [...networks],
  };
}

/** Removes leftovers of the builds of a living session: none of them may be at work. */
export async function sweepBuilds(engine: Engine, session: string, options: CallOptions = {}): Promise<void> {
  const isBuild = ({ name }: { readonly name: string }) =>
    name.startsWith(`${session}-`) && /^\d+$/.test(name.slice(session.length + 1));
  const containers = await engine.listContainers(`${session}-`, options);
  for (const container of containers.filter(isBuild)) await engine.removeContainer(container.id, options);
  const volumes = await engine.listVolumes(LABEL.managed, options);
  for (const volume of volumes.filter(isBuild)) await engine.removeVolume(volume.name, options);
}
