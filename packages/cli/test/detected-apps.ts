// Folders with an app, and the facts that the detectors of `sti init` find in them.

const json = JSON.stringify;
export const EXPRESS = { dependencies: { express: "5" }, scripts: { start: "node server.js" } };

type Files = Readonly<Record<string, string>>;
type Facts = readonly [kind: string | undefined, start: string | undefined, ...details: readonly string[]];

/** Name, files, facts. */
export const DETECTED_APPS: readonly (readonly [name: string, files: Files, facts: Facts])[] = [
  [
    "npm with a start script",
    { "package.json": json(EXPRESS), "package-lock.json": "{}" },
    ["node", "npm start", "npm, package-lock.json", "express"],
  ],
  [
    "pnpm, and a version in .nvmrc",
    { "package.json": json(EXPRESS), "pnpm-lock.yaml": "", ".nvmrc": "v22.1\n" },
    ["node", "pnpm start", "pnpm, pnpm-lock.yaml", "Node.js 22.1 (.nvmrc)", "express"],
  ],
  [
    "the manager of packageManager before the one of a lock file",
    { "package.json": json({ ...EXPRESS, packageManager: "yarn@4.1.0" }), "yarn.lock": "" },
    ["node", "yarn start", "yarn, yarn.lock", "express"],
  ],
  [
    "a lock file of bun, by its name",
    { "package.json": json(EXPRESS), "bun.lock": "{}" },
    ["node", "npm start", "npm", "bun.lock, which the builder does not support", "express"],
  ],
  [
    "engines, and a Procfile before the start script",
    { "package.json": json({ ...EXPRESS, engines: { node: ">=22" } }), Procfile: "web: node web.js\n" },
    ["node", "node web.js (Procfile)", "npm", "Node.js >=22 (engines)", "express"],
  ],
  [
    "the file that main names",
    { "package.json": json({ main: "./lib/main.js" }), "lib/main.js": "" },
    ["node", "node ./lib/main.js", "npm"],
  ],
  ["no way to start", { "package.json": json({ main: "gone.js" }) }, ["node", undefined, "npm"]],
  [
    "vite as a site",
    { "package.json": json({ devDependencies: { vite: "7" }, scripts: { build: "vite build" } }) },
    ["site", "npm run build, then a web server", "npm", "vite"],
  ],
  [
    "a development server of react-scripts as a site",
    {
      "package.json": json({
        dependencies: { "react-scripts": "5" },
        scripts: { start: "react-scripts start", build: "react-scripts build" },
      }),
    },
    ["site", "npm run build, then a web server", "npm", "react-scripts"],
  ],
  [
    "next as a program",
    {
      "package.json": json({
        dependencies: { next: "16" },
        devDependencies: { vite: "7" },
        scripts: { build: "next build", start: "next start" },
      }),
    },
    ["node", "npm start", "npm", "next", "vite"],
  ],
  [
    "a package.json with tools only, beside Python",
    { "package.json": json({ devDependencies: { prettier: "3" } }), "requirements.txt": "", "app.py": "" },
    ["python", "app.py", "pip, requirements.txt"],
  ],
  [
    "poetry",
    { "pyproject.toml": "[tool.poetry]\n", "poetry.lock": "", "main.py": "" },
    ["python", "main.py", "poetry, poetry.lock"],
  ],
  [
    "Django",
    { "requirements.txt": "Django\ngunicorn==23\n", "manage.py": "" },
    ["python", "manage.py (Django)", "pip, requirements.txt"],
  ],
  [
    "a program of Go",
    { "go.mod": "module example.com/shop/v2\n\ngo 1.24\n", "main.go": "package main\n" },
    ["go", "the compiled program", "go.mod", "Go 1.24"],
  ],
  [
    "a library of Go",
    { "go.mod": "module example.com/x\n", "x.go": "package x\n" },
    ["go", undefined, "go.mod"],
  ],
  ["shell scripts", { "run.sh": "", "build.sh": "" }, ["shell", "run.sh", "run.sh", "build.sh"]],
  ["pages", { "index.html": "" }, ["static", "a web server", "index.html"]],
  ["another language", { "Cargo.toml": "" }, [undefined, undefined, "Rust (Cargo.toml)"]],
  [
    "a package.json that is none",
    { "package.json": "[]" },
    [undefined, undefined, "package.json is not a JSON object"],
  ],
];
