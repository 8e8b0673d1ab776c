// The entries of a config that a builder's copy needs, as text to paste.
import type { BuilderImage, BuilderKind } from "../project/builders.ts";

export function printImageEntries(kind: BuilderKind, images: readonly BuilderImage[]): readonly string[] {
  const text = JSON.stringify;
  const [image, runtime] = images;
  return [
    "In the config:",
    "  images: {",
    ...images.map(({ context, name, stage, tag }) => {
      const key = /^\w+$/.test(name) ? name : text(name);
      const part = stage === undefined ? "" : `, stage: ${text(stage)}`;
      return `    ${key}: { context: ${text(context)}${part}, tag: ${text(tag)} },`;
    }),
    "  },",
    "  apps: {",
    kind === "static"
      ? `    site: { source: "./site", buildImage: ${text(image?.tag)}, tag: "…" },   // built by node: runtimeImage`
      : `    app: { source: "./app", buildImage: ${text(image?.tag)}, tag: "…" },   // smaller: runtimeImage: ${text(runtime?.tag)}`,
    "  },",
  ];
}
