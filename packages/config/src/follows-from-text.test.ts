import { expect, test } from "vitest";
import { followsFromTexts } from "./follows-from-text.ts";

const FILE = "/project/sti.config.ts";
const follows = (text: string, others: Readonly<Record<string, string>> = {}) =>
  followsFromTexts(new Map([[FILE, text], ...Object.entries(others)]), ["@sti/cli/config"]);

test.each([
  ["a literal", "export default { apps: {} };"],
  [
    "defineConfig",
    'import { defineConfig } from "@sti/cli/config"; export default defineConfig({ apps: {} });',
  ],
  [
    "types",
    'import type { UserConfig } from "elsewhere"; const config: UserConfig = {}; export default config;',
  ],
  ["a variable of the environment", "export default { tag: 'a:' + (process.env.TAG ?? 1) };"],
  ["a function of its inputs", "export default ({ mode, env }) => ({ tag: mode + env.TAG });"],
  [
    "computed apps",
    "const of = (n: string) => [n, { source: n }]; export default { apps: Object.fromEntries(['a'].map(of)) };",
  ],
  [
    "loops",
    "const apps = {}; outer: for (const n of [1]) { if (n > 2) continue outer; break; } export default { apps };",
  ],
  ["classes", "class App { source = 'a'; } export default { apps: { a: { ...new App() } } };"],
  ["computed names of new properties", "const n = 'a'; export default { apps: { [n]: {} } };"],
  ["properties by literals", "const all = { a: 1, 'b-c': 2 }; export default { a: all['b-c'], b: [1][0] };"],
  ["a top-level await", "const value = await Promise.resolve(1); export default { value };"],
  [
    "names of its own",
    "export default (() => { const names = []; for (const name of names) name; return {}; })();",
  ],
])("%s follow from the text", (_name, text) => {
  expect(follows(text)).toBe(true);
});

test.each([
  ["the clock", "export default { tag: Date.now() };"],
  ["the clock by performance", "export default { tag: performance.now() };"],
  ["chance", "export default { tag: Math.random() };"],
  ["chance by destructuring", "const { random } = Math; export default { tag: random() };"],
  ["chance by a literal", "export default { tag: Math['random']() };"],
  ["chance by a computed name", "const n = 'ran' + 'dom'; export default { tag: Math[n]() };"],
  [
    "chance by a computed name in a pattern",
    "const n = 'ran' + 'dom'; const { [n]: f } = Math; export default { tag: f() };",
  ],
  ["chance by descriptors", "const all = Object.getOwnPropertyDescriptors(Math); export default all;"],
  ["chance by an identifier", "export default { tag: crypto.randomUUID() };"],
  ["the locale", "export default { tag: (1.5).toLocaleString() };"],
  ["an order of the locale", "export default { tags: ['a'].sort((a, b) => a.localeCompare(b)) };"],
  ["Intl", "export default { tag: new Intl.NumberFormat().format(1) };"],
  ["code from text", "export default eval('1');"],
  ["code from text by Function", "export default (() => 0).constructor('return process')();"],
  [
    "code from text by a pattern",
    "const { constructor: make } = () => 0; export default make('return 1')();",
  ],
  ["the network", "export default await (await fetch('http://localhost')).json();"],
  ["files", "import { readFileSync } from 'node:fs'; export default { tag: readFileSync('x') };"],
  ["files, without node:", "import fs from 'fs'; export default { tag: fs.readFileSync('x') };"],
  ["files by process", "export default { tag: process.getBuiltinModule('fs').readFileSync('x') };"],
  ["the process", "export default { tag: process.pid };"],
  ["the whole process", "const { env } = process; export default { tag: env.TAG };"],
  ["globalThis", "export default { tag: globalThis.Date.now() };"],
  [
    "a global that is declared elsewhere",
    "const f = (Date: number) => Date; export default { tag: Date.now(), f: f(1) };",
  ],
  ["output", "console.log('x'); export default {};"],
  ["timers", "await new Promise((done) => setTimeout(done)); export default {};"],
  ["a package", "import shared from 'shared'; export default shared;"],
  ["a module that is chosen", "const n = './a.ts'; export default await import(n);"],
  ["require", "const a = require('./a.cjs'); export default a;"],
  ["a CommonJS module", "module.exports = {};"],
  ["its place", "export default { tag: import.meta.dirname };"],
  ["this", "export default { tag: this };"],
  ["an import without its extension", "import base from './base'; export default base;"],
  ["a module that was not evaluated", "import base from './other.ts'; export default base;"],
  ["a text without the form of a module", "({});"],
  ["a syntax error", "export default {"],
])("%s may be another each time", (_name, text) => {
  expect(follows(text, { "/project/base.ts": "export default {};" })).toBe(false);
});

test("all modules count", () => {
  const text =
    "import { tag } from './shared/base.ts'; import data from '../data.json' with { type: 'json' }; export default { tag, data };";
  const data = { "/data.json": '{ "random": 1 }' };
  expect(follows(text, { "/project/shared/base.ts": "export const tag = 1;", ...data })).toBe(true);
  expect(follows(text, { "/project/shared/base.ts": "export const tag = Date.now();", ...data })).toBe(false);
});
