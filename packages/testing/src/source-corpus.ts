// Entries that sources of real projects and of attackers have: odd names, sizes, modes and links. Each kind of source
// has to bring every one unchanged, or to refuse it by its name.
import { HOSTILE_NAMES } from "./hostile-files.ts";

export type SourceForm = "folder" | "tar" | "zip" | "git" | "workspace";

export const SOURCE_FORMS: readonly SourceForm[] = ["folder", "tar", "zip", "git", "workspace"];

export type CorpusNode =
  | { readonly type: "file"; readonly content: string | Buffer; readonly mode?: number }
  | { readonly type: "directory"; readonly mode?: number }
  | { readonly type: "link"; readonly target: string | Buffer }
  | { readonly type: "pipe" }
  | { readonly type: "device" }
  /** A file of zeros that takes no space; `size` in bytes. */
  | { readonly type: "sparse"; readonly size: number };

export interface CorpusEntry {
  readonly title: string;
  /** In the source, "/"-separated; bytes where they are not UTF-8. */
  readonly path: string | Buffer;
  readonly node: CorpusNode;
  /** Part of the problem, by the kinds of source that refuse it. */
  readonly refused?: Readonly<Partial<Record<SourceForm, string>>>;
  /** Kinds of source that cannot have it at all. */
  readonly impossible?: readonly SourceForm[];
}

const file = (path: string, more: Partial<CorpusEntry> = {}): CorpusEntry => ({
  title: `the name ${JSON.stringify(path.length > 80 ? `${path.slice(0, 20)}… (${Buffer.byteLength(path)} bytes)` : path)}`,
  path,
  node: { type: "file", content: path },
  ...more,
});

const DISK: readonly SourceForm[] = ["folder", "workspace"];
const everywhere = (words: string) => Object.fromEntries(SOURCE_FORMS.map((form) => [form, words]));
const NOT_TEXT = {
  ...everywhere("that is not UTF-8"),
  ...Object.fromEntries(DISK.map((form) => [form, "invalid name"])),
};

const NAMES: readonly CorpusEntry[] = [
  ...[
    "new\nline",
    "return\r",
    "tab\t",
    " leading",
    "trailing ",
    "dot.",
    "...",
    "..double",
    "-rf",
    "--checkpoint-action=exec=sh",
    "$(touch owned)",
    "`id`",
    "$HOME",
    `it's "quoted"`,
    "a;b|c&d>e<f",
    "[a-z]*?",
    "{a,b}",
    "!not",
    "#hash",
    "~",
    "%2e%2e%2fetc",
    "a:b",
    "key=value",
    "CON",
    "aux.txt",
    "__proto__",
    "constructor",
    "名前",
    "😀",
    "\u200bzero width",
    "pax_global_header",
    "@LongLink",
    "PaxHeaders.0/x",
    ".gitattributes",
    ".gitmodules",
    "Dockerfile",
    "core",
    "lost+found",
  ].map((path) => file(path)),
  ...HOSTILE_NAMES.map((path) => file(path)),
  file("back\\slash", { refused: { zip: "has a backslash in its name" } }),
  // On Windows it is another place, and archives are read everywhere.
  file("C:/x", {
    refused: Object.fromEntries(["tar", "zip", "git"].map((form) => [form, "has an absolute path"])),
  }),
  file("n".repeat(255)),
  file("é".repeat(127)),
  file(`${"deep/".repeat(200)}end`),
  file(`${`${"d".repeat(200)}/`.repeat(5)}end`),
  {
    title: "a name that is not UTF-8",
    path: Buffer.from("latin1 \xe9", "latin1"),
    node: { type: "file", content: "1" },
    refused: NOT_TEXT,
  },
  ...[".wh.text", ".wh..wh..opq"].map((path) => file(path, { refused: everywhere("invalid name") })),
];

const PAIRS: readonly CorpusEntry[] = [
  ["pairs/A.txt", "pairs/a.txt"],
  ["pairs/\u00e9", "pairs/e\u0301"],
  ["pairs/x", "pairs/x "],
]
  .flat()
  .map((path) => file(path));

const SIZES: readonly CorpusEntry[] = [
  0, 1, 511, 512, 513, 1023, 1024, 65_536, 262_143, 262_144, 262_145, 3_000_001,
].map((size) => ({
  title: `a file of ${size} bytes`,
  path: `sizes/${size}`,
  node: { type: "file", content: Buffer.alloc(size, `${size} `) },
}));

const MODES: readonly CorpusEntry[] = [
  0o644, 0o755, 0o600, 0o444, 0o777, 0o100, 0o001, 0o4755, 0o6644, 0o2755, 0o1777,
].map((mode) => ({
  title: `a file of mode ${mode.toString(8)}`,
  path: `modes/${mode.toString(8)}`,
  node: { type: "file", content: "#!/bin/sh\n", mode },
}));

const FOLDERS: readonly CorpusEntry[] = [
  { title: "an empty folder", path: "folders/empty", node: { type: "directory" }, impossible: ["git"] },
  {
    title: "a folder of mode 2777",
    path: "folders/open",
    node: { type: "directory", mode: 0o2777 },
    impossible: ["git"],
  },
  {
    title: "an empty folder with a line break in its name",
    path: "folders/new\nline",
    node: { type: "directory" },
    impossible: ["git"],
  },
];

const LINKS: readonly CorpusEntry[] = [
  ...[
    "nowhere",
    "/etc/passwd",
    "../../../../etc/shadow",
    ".",
    "..",
    "folder/",
    "./a//b",
    "new\nline",
    "$(touch owned)",
    "-rf",
    "C:\\Windows",
    `${"far/".repeat(200)}end`,
  ].map(
    (target, index): CorpusEntry => ({
      title: `a link to ${JSON.stringify(target.slice(0, 30))}`,
      path: `links/${index}`,
      node: { type: "link", target },
    }),
  ),
  { title: "a link to itself", path: "links/self", node: { type: "link", target: "self" } },
  { title: "a link with an odd name", path: "links/odd\nname", node: { type: "link", target: "0" } },
  {
    title: "a link to a name that is not UTF-8",
    path: "links/latin1",
    node: { type: "link", target: Buffer.from("\xe9", "latin1") },
    refused: NOT_TEXT,
  },
];

const SPECIAL: readonly CorpusEntry[] = [
  {
    title: "a sparse file of 20 GB",
    path: "special/sparse",
    node: { type: "sparse", size: 20e9 },
    refused: Object.fromEntries(DISK.map((form) => [form, "special/sparse"])),
    impossible: ["tar", "zip", "git"],
  },
  {
    title: "a named pipe",
    path: "special/pipe",
    node: { type: "pipe" },
    refused: everywhere("special/pipe"),
    impossible: ["git"],
  },
  {
    title: "a device",
    path: "special/null",
    node: { type: "device" },
    refused: everywhere("special/null"),
    // Only root makes devices.
    impossible: ["git", ...(process.getuid?.() === 0 ? [] : DISK)],
  },
];

export const CORPUS: readonly CorpusEntry[] = [
  ...NAMES,
  ...PAIRS,
  ...SIZES,
  ...MODES,
  ...FOLDERS,
  ...LINKS,
  ...SPECIAL,
];

/** Those that a kind of source brings. They can be in one tree. */
export function acceptedBy(form: SourceForm): readonly CorpusEntry[] {
  return CORPUS.filter(
    ({ impossible = [], refused = {} }) => refused[form] === undefined && !impossible.includes(form),
  );
}
