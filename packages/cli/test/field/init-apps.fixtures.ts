// Projects as users have them, without a line for sti, each with the answer of its app.

export interface UserProject {
  readonly files: Readonly<Record<string, string>>;
  /** Commands that write lock files, as their users run them. */
  readonly prepared: readonly (readonly string[])[];
  /** Name of the app; undefined for the name of the folder. */
  readonly app: string | undefined;
  /** Part of its answer. */
  readonly answer: string;
}

const json = (value: object) => JSON.stringify(value, null, 2);
const NPM_LOCK = ["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"];
/** The machine's pip may have another index than containers; these packages run on the Python of the builder. */
const WHEELS = [
  ...["python3", "-m", "pip", "download", "--quiet", "--dest", "wheels"],
  ...["--only-binary", ":all:", "--python-version", "3.11", "flask>=3"],
];
const PAGE = "<!doctype html><title>site</title><h1>a built page</h1>\n";
const NODE_SERVER = (text: string) =>
  `const { createServer } = require("node:http");\ncreateServer((_, answer) => answer.end(${text})).listen(process.env.PORT);\n`;

export const USER_PROJECTS: Readonly<Record<string, UserProject>> = {
  express: {
    files: {
      "package.json": json({
        name: "hello",
        private: true,
        scripts: { start: "node server.js" },
        dependencies: { express: "5.1.0" },
      }),
      "server.js":
        'const app = require("express")();\napp.get("/", (_, answer) => answer.send("hello from express"));\napp.listen(process.env.PORT ?? 3000);\n',
    },
    prepared: [NPM_LOCK],
    app: undefined,
    answer: "hello from express",
  },
  vite: {
    files: {
      "package.json": json({
        name: "site",
        private: true,
        type: "module",
        scripts: { dev: "vite", build: "vite build" },
        devDependencies: { vite: "7.1.0" },
      }),
      "index.html": PAGE,
    },
    prepared: [NPM_LOCK],
    app: undefined,
    answer: "a built page",
  },
  // Builds and starts as Next.js does, without its hundred megabytes.
  next: {
    files: {
      "package.json": json({
        name: "like-next",
        private: true,
        scripts: { build: "node build.js", start: "node .output/server.js" },
        devDependencies: { "is-number": "7.0.0" },
      }),
      "build.js": `require("is-number");\nrequire("node:fs").mkdirSync(".output", { recursive: true });\nrequire("node:fs").writeFileSync(".output/server.js", ${JSON.stringify(NODE_SERVER('"built and started"'))});\n`,
    },
    prepared: [NPM_LOCK],
    app: undefined,
    answer: "built and started",
  },
  pnpm: {
    files: {
      "package.json": json({ name: "root", private: true, packageManager: "pnpm@10.20.0" }),
      "pnpm-workspace.yaml": "packages: [apps/*, packages/*]\n",
      "pnpm-lock.yaml":
        "lockfileVersion: '9.0'\nsettings: { autoInstallPeers: true, excludeLinksFromLockfile: false }\nimporters:\n  .: {}\n  apps/api:\n    dependencies:\n      '@acme/words': { specifier: 'workspace:*', version: link:../../packages/words }\n  packages/words: {}\n",
      "apps/api/package.json": json({
        name: "@acme/api",
        scripts: { start: "node server.js" },
        dependencies: { "@acme/words": "workspace:*" },
      }),
      "apps/api/server.js": NODE_SERVER('require("@acme/words")'),
      "packages/words/package.json": json({ name: "@acme/words", main: "index.js" }),
      "packages/words/index.js": 'module.exports = "words of a workspace";\n',
    },
    prepared: [],
    app: "api",
    answer: "words of a workspace",
  },
  python: {
    files: {
      "requirements.txt": "",
      "app.py":
        'import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\n\nclass Hello(BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_response(200)\n        self.end_headers()\n        self.wfile.write(b"hello from python")\n\nHTTPServer(("", int(os.environ["PORT"])), Hello).serve_forever()\n',
    },
    prepared: [],
    app: undefined,
    answer: "hello from python",
  },
  flask: {
    files: {
      "requirements.txt": "--no-index\n--find-links wheels\nflask>=3\n",
      "app.py":
        'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef home():\n    return "hello from flask"\n\n\nif __name__ == "__main__":\n    app.run()\n',
    },
    prepared: [WHEELS],
    app: undefined,
    answer: "hello from flask",
  },
  go: {
    files: {
      "go.mod": "module example.com/hello\n\ngo 1.19\n",
      "main.go":
        'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n\t"os"\n)\n\nfunc main() {\n\thttp.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello from go") })\n\tpanic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))\n}\n',
    },
    prepared: [],
    app: undefined,
    answer: "hello from go",
  },
  shell: {
    files: {
      "run.sh": "exec perl server.pl\n",
      "server.pl":
        'use IO::Socket::INET;\n$SIG{TERM} = sub { exit };\nmy $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 9, ReuseAddr => 1) or die $!;\nwhile (my $client = $server->accept) {\n  while (my $line = <$client>) { last if $line !~ /\\S/ }\n  print $client "HTTP/1.0 200 OK\\r\\n\\r\\nhello from a script";\n  close $client;\n}\n',
    },
    prepared: [],
    app: undefined,
    answer: "hello from a script",
  },
};
