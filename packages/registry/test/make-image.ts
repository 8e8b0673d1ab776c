// Images for tests as their parts: manifest, config and one layer.
import { createHash } from "node:crypto";

export interface ImageParts {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly config: Buffer;
  readonly configDigest: string;
  readonly layer: Buffer;
  readonly layerDigest: string;
}

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const LINUX = { os: "linux", architecture: "amd64" } as const;
export const KEY = "0123456789abcdef".repeat(4);

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** `key`: as sti leaves it in a result, in labels and history. */
export function makeImage(
  options: {
    readonly content?: string;
    readonly key?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly mediaType?: string;
    readonly architecture?: string;
    readonly created?: string;
    readonly history?: readonly object[];
  } = {},
): ImageParts {
  const { architecture = "amd64", created, key, labels, mediaType = OCI_MANIFEST } = options;
  const layer = Buffer.from(options.content ?? "a layer");
  const proof = key === undefined ? [] : [{ created_by: `LABEL sti.key=${key}`, empty_layer: true }];
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture,
      ...(created === undefined ? {} : { created }),
      config: {
        Env: ["PATH=/bin"],
        Cmd: ["serve"],
        Labels: { ...(key === undefined ? {} : { "sti.managed": "1", "sti.key": key }), ...labels },
      },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
      history: options.history ?? [{ created_by: "COPY . /" }, ...proof],
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: digestOf(config),
        size: config.length,
      },
      layers: [
        { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf(layer), size: layer.length },
      ],
    }),
  );
  return {
    digest: digestOf(manifest),
    mediaType,
    manifest,
    config,
    configDigest: digestOf(config),
    layer,
    layerDigest: digestOf(layer),
  };
}

export function makeIndex(images: readonly (ImageParts & { readonly platform: object })[]) {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: images.map(({ digest, manifest, mediaType, platform }) => ({
        mediaType,
        digest,
        size: manifest.length,
        platform,
      })),
    }),
  );
  return { bytes, digest: digestOf(bytes), mediaType: OCI_INDEX };
}
