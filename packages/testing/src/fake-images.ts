// Images of the fake engine: their tags, digests and removal.
import type { HistoryEntry, ImageDetails } from "@sti/core";
import {
  emptyConfig,
  type FakeImage,
  type FakeState,
  IMAGE_SIZE,
  makeId,
  normalize,
  type StoredImage,
} from "./fake-state.ts";

export function createState(images: readonly FakeImage[], made = 0): FakeState {
  const state: FakeState = {
    images: new Map(),
    tags: new Map(),
    digests: new Map(),
    containers: new Map(),
    volumes: new Map(),
    networks: new Map(),
    buildCache: new Map(),
    made,
  };
  for (const image of images) addImage(state, image);
  return state;
}

/** `parent`: the image a commit was made from. `base`: any image whose layers come first. */
export function addImage(
  state: FakeState,
  image: FakeImage & { readonly parent?: string; readonly base?: string | undefined },
): string {
  const id = image.id ?? makeId(state);
  const files = new Map(Object.entries(image.files ?? {}));
  const base = findImage(state, image.parent ?? image.base ?? "");
  const layers = image.layers ?? [...(base?.layers ?? []), id];
  state.images.set(id, {
    id,
    config: { ...emptyConfig, ...image.config },
    files,
    parent: image.parent,
    layers,
    history: [...(image.history ?? provingHistory(image)), ...(base?.history ?? [])],
  });
  for (const tag of image.tags) {
    state.tags.set(normalize(tag), id);
    if (image.digest !== undefined) addDigest(state, id, nameByDigest(tag, image.digest));
  }
  return id;
}

function provingHistory({ config }: FakeImage): readonly HistoryEntry[] {
  const key = config?.labels?.["sti.key"];
  return key === undefined ? [] : [{ createdBy: `LABEL sti.key=${key}`, comment: "" }];
}

/** `name`: "repository@sha256:…". */
export function addDigest(state: FakeState, id: string, name: string): void {
  state.digests.set(id, [...new Set([...(state.digests.get(id) ?? []), name])]);
}

/** "repository@digest" of a tag, in its short form. */
export function nameByDigest(tag: string, digest: string): string {
  return `${normalize(tag).replace(/:[^:/]*$/, "")}@${digest}`;
}

/** Ids look like an engine's and are the same in every run. */
export function findImage(state: FakeState, reference: string): StoredImage | undefined {
  const name = normalize(reference);
  const byDigest = [...state.digests].find(([, names]) => names.includes(name))?.[0];
  return state.images.get(state.tags.get(name) ?? byDigest ?? reference);
}

export function tagsOf(state: FakeState, id: string): readonly string[] {
  return [...state.tags].filter(([, image]) => image === id).map(([tag]) => tag);
}

export function describeImage(state: FakeState, image: StoredImage): ImageDetails {
  return {
    id: image.id,
    tags: tagsOf(state, image.id),
    digests: state.digests.get(image.id) ?? [],
    os: "linux",
    architecture: "amd64",
    size: IMAGE_SIZE,
    layers: image.layers,
    config: image.config,
  };
}

/** As the engine does without force: an image in use stays; untagged parents without other children go along. */
export function removeImage(state: FakeState, reference: string): "removed" | "missing" | "in-use" {
  const name = normalize(reference);
  const image = findImage(state, reference);
  if (image === undefined) return "missing";
  const tags = tagsOf(state, image.id);
  const digests = state.digests.get(image.id) ?? [];
  const others = digests.filter((digest) => digest !== name);
  if (state.tags.has(name) && tags.length > 1) {
    state.tags.delete(name);
    return "removed";
  }
  if (digests.includes(name) && tags.length + others.length > 0) {
    state.digests.set(image.id, others);
    return "removed";
  }
  if (tags.length > 1 || hasContainers(state, image.id)) return "in-use";
  // By its id alone, of several repositories that name it none can be meant.
  const repositories = new Set(digests.map((digest) => digest.slice(0, digest.indexOf("@"))));
  if (name === image.id && repositories.size > 1) return "in-use";
  if (hasChildren(state, image.id) && tags.length === 0) return "in-use";
  for (const tag of tags) state.tags.delete(tag);
  state.digests.delete(image.id);
  let gone: StoredImage | undefined = image;
  while (gone !== undefined && isFree(state, gone.id)) {
    state.images.delete(gone.id);
    gone = gone.parent === undefined ? undefined : state.images.get(gone.parent);
  }
  return "removed";
}

function isFree(state: FakeState, id: string): boolean {
  return tagsOf(state, id).length === 0 && !hasChildren(state, id) && !hasContainers(state, id);
}

function hasChildren(state: FakeState, id: string): boolean {
  return [...state.images.values()].some((image) => image.parent === id);
}

function hasContainers(state: FakeState, id: string): boolean {
  return [...state.containers.values()].some((container) => container.image.id === id);
}
