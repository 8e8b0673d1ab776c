// A proposed config as the text of a file.
import type { Proposal } from "../project/propose-config.ts";

/** TypeScript, with defineConfig where it can be imported. */
export function printTypeScript({ apps, images }: Proposal): string {
  const text = JSON.stringify;
  return [
    'import { defineConfig } from "@sti/cli/config";',
    "",
    "export default defineConfig({",
    ...section("images", images, ({ context, name, tag }) => [
      `    ${key(name)}: { context: ${text(context)}, tag: ${text(tag)} },`,
    ]),
    ...section("apps", apps, ({ buildImage, name, source, tag }) => [
      `    ${key(name)}: {`,
      `      source: ${text(source)},`,
      `      buildImage: ${text(buildImage)},`,
      `      tag: ${text(tag)},`,
      "    },",
    ]),
    "});",
    "",
  ].join("\n");
}

export function printJson({ apps, images }: Proposal): string {
  const config = {
    ...(images.length === 0
      ? {}
      : { images: Object.fromEntries(images.map(({ context, name, tag }) => [name, { context, tag }])) }),
    apps: Object.fromEntries(
      apps.map(({ buildImage, name, source, tag }) => [name, { source, buildImage, tag }]),
    ),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function section<Item>(
  name: string,
  items: readonly Item[],
  print: (item: Item) => readonly string[],
): readonly string[] {
  return items.length === 0 ? [] : [`  ${name}: {`, ...items.flatMap(print), "  },"];
}

function key(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}
