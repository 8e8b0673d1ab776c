// Names that show the owner of a container or volume, so that a later session can remove those of a dead one.

/** Containers and volumes of sessions have names that start with this. */
export const SESSION_NAME_PREFIX = "sti-build-";

/** The process a session runs in. Every field is made of letters and digits. */
export interface SessionOwner {
  /** The machine. */
  readonly host: string;
  /** The machine's current boot. */
  readonly boot: string;
  readonly pid: number;
  /** Start time of the process, in the machine's unit; identifies a reused pid. */
  readonly started: string;
  /** Identifies one of several sessions of a process. */
  readonly nonce: string;
}

/** The session's id: also the start of the names of all its containers and volumes. */
export function formatSessionId(owner: SessionOwner): string {
  return `${SESSION_NAME_PREFIX}${owner.host}-${owner.boot}-${owner.pid}-${owner.started}-${owner.nonce}`;
}

/** The owner of a container or volume by its name; undefined for a name that no session gave. */
export function parseOwner(name: string): SessionOwner | undefined {
  const match = /^sti-build-([a-z0-9]+)-([a-z0-9]+)-(\d+)-([a-z0-9]+)-([a-z0-9]+)(?:-|$)/.exec(name);
  if (match === null) return undefined;
  const [, host, boot, pid, started, nonce] = match as unknown as readonly string[];
  return {
    host: host as string,
    boot: boot as string,
    pid: Number(pid),
    started: started as string,
    nonce: nonce as string,
  };
}

/** Name of a container in which a watch runs an app or a service. */
export function runContainerName(session: string, count: number): string {
  return `${session}-dev-${count}`;
}

/** Name of the network of such containers. */
export function runNetworkName(session: string): string {
  return `${session}-net`;
}

/** The same, by the name of a container; undefined where it is none of these. */
export function networkOfContainer(name: string): string | undefined {
  const session = /^(sti-build-.*)-dev-\d+$/.exec(name)?.[1];
  return session === undefined ? undefined : runNetworkName(session);
}

/** Gives names to containers and volumes of a session, each once. */
export function nameCounter(session: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${session}-${count}`;
  };
}
