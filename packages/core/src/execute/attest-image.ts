// Attaches the attestations that a target asks for to its image in a registry, which has to be the very image of the target.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Failure } from "../failure/failure.ts";
import { idleContainer } from "../plan/idle-container.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { layerKeys } from "../plan/labels.ts";
import type { Attachment } from "../store/attachment.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { AttestedBase, AttestedBuild, AttestUse } from "./attester.ts";
import type { PushedImage } from "./event.ts";
import type { Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { StoredResult } from "./store-use.ts";
import { emitFor } from "./target-events.ts";
import type { ResultInputs } from "./target-result.ts";

/** A result of this session: the engine has it, or the store, or both. */
export interface AttestableResult {
  readonly imageId?: string | undefined;
  readonly stored?: StoredResult | undefined;
  readonly inputs: ResultInputs;
  /** Of its build; undefined where an earlier session built it. */
  readonly time?: AttestedBuild["time"];
}

export interface AttestContext {
  readonly session: Session;
  readonly newName: () => string;
  readonly signal: AbortSignal;
  readonly store: Pick<SessionStore, "publish"> | undefined;
  /** Gets a result that only the store has into the engine, for `asking`. Resolves to its id. */
  readonly obtain: (target: string, asking: string) => Promise<string>;
  /** The result of a target that the engine may not have. */
  readonly storedOf: (target: string) => StoredResult | undefined;
}

/** Bytes of a document. */
const LARGEST = 32 * 1024 ** 2;

/** The documents that were attached. */
export type Attested =
  | { readonly attestations?: PushedImage["attestations"] }
  | { readonly failure: Failure };

/** Attaches them to the image that was pushed. Rejects only with the signal's reason, and defects. */
export async function attestPushed(
  target: Target,
  pushed: { readonly digest: string | undefined; readonly result: AttestableResult },
  context: AttestContext,
): Promise<Attested> {
  const { session, signal } = context;
  const { attest, clock } = session;
  const kinds = (["provenance", "sbom"] as const).filter((kind) => target.attest[kind]);
  if (kinds.length === 0) return {};
  if (attest === undefined) throw new Error(`${target.name} is to be attested, but nothing can`);
  const started = clock.now();
  const step = "attest-image" as const;
  emitFor(session, target.name, { type: "step-started", step, title: `attest ${target.tag.short}` });
  try {
    const digest = await findSubject(target, pushed, { ...context, attest });
    const documents = await obtainDocuments(
      target,
      { digest, result: pushed.result },
      { ...context, attest },
    );
    const reference = `${target.tag.repository}@${digest}`;
    for (const document of documents) await attest.registry.attach(reference, document, { signal });
    emitFor(session, target.name, { type: "step-finished", step, duration: clock.now() - started });
    return { attestations: kinds };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RegistryError || error instanceof EngineError)) throw error;
    const { message } = error;
    const path = [...target.path, "attest"];
    return { failure: { code: "attest-failed", target: target.name, path, tag: target.tag.short, message } };
  }
}

type Attesting = AttestContext & { readonly attest: AttestUse };

/** The digest that the pushed name stands for. A tag may have been moved in the registry since. */
async function findSubject(
  { tag: { full, repository, short } }: Target,
  { digest, result }: { readonly digest: string | undefined; readonly result: AttestableResult },
  { attest: { registry }, session: { engine, facts }, signal }: Attesting,
): Promise<string> {
  // It was published by its digest.
  if (result.imageId === undefined && digest !== undefined) return digest;
  const { architecture = "", os = "linux" } = facts.engine ?? {};
  const options = { platform: { os, architecture }, signal };
  const byDigest =
    digest === undefined ? undefined : await registry.readImage(`${repository}@${digest}`, options);
  const found = byDigest ?? (await registry.readImage(full, options));
  const details =
    result.imageId === undefined ? undefined : await engine.inspectImage(result.imageId, { signal });
  if (found !== undefined && details !== undefined && imageIdentity(found) === imageIdentity(details)) {
    return found.referenceDigest;
  }
  throw new RegistryError({
    operation: "find pushed image",
    registry: repository.split("/")[0] ?? "",
    reason: "invalid",
    message:
      found === undefined ? `the registry has no ${short}` : `${short} is another image in the registry`,
  });
}

/** Those of the result in the store, if it has all; else new ones. */
async function obtainDocuments(
  target: Target,
  { digest, result }: { readonly digest: string; readonly result: AttestableResult },
  context: Attesting,
): Promise<readonly Attachment[]> {
  const { attest, signal } = context;
  const { artifactType } = attest.attester;
  if (result.stored !== undefined) {
    const { referenceDigest, repository } = result.stored.result;
    const reference = `${repository}@${referenceDigest}`;
    const options = { artifactType, limit: LARGEST, signal };
    const stored = await attest.registry.readAttached(reference, options);
    const chosen = attest.attester.chooseDocuments(stored, { target, digest });
    if (chosen.length === Object.values(target.attest).filter(Boolean).length) return chosen;
  }
  return await makeDocuments(target, { name: target.tag.repository, digest, result }, context);
}

/** Makes those of a result once it is in the store; undefined where its target asks for none. */
export function documentsForStore(
  target: Target,
  result: AttestableResult,
  context: AttestContext,
): ((image: RegistryImage) => Promise<readonly Attachment[]>) | undefined {
  const { attest } = context.session;
  if (attest === undefined || !(target.attest.provenance || target.attest.sbom)) return undefined;
  return async ({ referenceDigest: digest, repository: name }) =>
    await makeDocuments(target, { name, digest, result }, { ...context, attest });
}

/** Reads the image's files where that is necessary, through a container that is created, never started, and removed. */
async function makeDocuments(
  target: Target,
  {
    result,
    ...subject
  }: { readonly name: string; readonly digest: string; readonly result: AttestableResult },
  context: Attesting,
): Promise<readonly Attachment[]> {
  const { attest, newName, obtain, session, signal } = context;
  const { engine } = session;
  const build = await describeBuild(target, result, context);
  let container: string | undefined;
  const load = async () => result.imageId ?? (await obtain(target.name, target.name));
  try {
    const { documents, notes } = await attest.attester.makeDocuments({
      subject,
      imageId: result.imageId ?? subject.digest,
      build,
      openFiles: async () => {
        // Without the signal: a container whose id is not waited for could not be removed.
        container ??= await engine.createContainer(idleContainer(await load(), newName()));
        return await engine.exportContainer(container, { signal });
      },
    });
    for (const message of notes) emitFor(session, target.name, { type: "target-warning", message });
    return documents;
  } finally {
    if (container !== undefined) await engine.removeContainer(container);
  }
}

async function describeBuild(
  target: Target,
  { imageId, inputs, stored, time }: AttestableResult,
  { session, signal, storedOf }: AttestContext,
): Promise<AttestedBuild> {
  const { engine, facts, sources } = session;
  const { decision, snapshot } = inputs;
  const { key, preimage } = decision;
  const located = (await sources.withCheckouts?.())?.get(target.name);
  const checkout = located?.digest === snapshot.digest ? located.checkout : snapshot.checkout;
  const details = imageId === undefined ? undefined : await engine.inspectImage(imageId, { signal });
  const { labels = {} } = details?.config ?? stored?.result.config ?? {};
  const bases = preimage.images.map(async ({ id, identity, isTarget, name, role }): Promise<AttestedBase> => {
    const result = isTarget ? storedOf(name)?.result : undefined;
    const digests = id === "" ? [] : ((await engine.inspectImage(id, { signal }))?.digests ?? []);
    const reference = digests[0] ?? (result && `${result.repository}@${result.referenceDigest}`);
    return { identity, name, role, ...(reference === undefined ? {} : { reference }) };
  });
  return {
    target,
    key,
    preimage,
    commit: snapshot.revision ?? checkout,
    bases: await Promise.all(bases),
    layers: layerKeys(labels),
    engine: facts.engine,
    time,
  };
}
