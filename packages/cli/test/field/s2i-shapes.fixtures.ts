// The builder images of sclorg for four languages, as look-alikes without the languages: where they name their scripts,
// the places that assemble fills, and the habits of their scripts.
import { builder, NODE, PHP_ASSEMBLE, RUN, S2I, SOURCE } from "../e2e/s2i.fixtures.ts";

export interface Shape {
  readonly name: string;
  /** Folders of the build image "NAME" and the runtime image "NAME-runtime". */
  readonly images: Readonly<Record<string, string>>;
  /** Of the app in the folder "app". */
  readonly source: Readonly<Record<string, string>>;
  /** A line of assemble in a clean build. */
  readonly made: string;
  /** A line of assemble in an incremental build, or the reason why there is none. */
  readonly again: { readonly restored: string } | { readonly clean: string };
  /** The output of a container, by its user and the text of the source. */
  readonly output: (uid: number, text: string) => string;
  /** The same for an extended build. */
  readonly extendedOutput: (uid: number) => string;
}

/** Deploys the files that the label names, and prints who does it. */
const ASSEMBLE_RUNTIME = 'set -e\nmv site/* ./\necho "runtime by $(id -u)"\n';
const inputs = (...paths: readonly string[]) =>
  `LABEL ${S2I}.assemble-input-files="${paths.map((path) => `${path}:site`).join(";")}"`;

const FIX_PERMISSIONS =
  'find "$1" ! -gid 0 -exec chgrp 0 {} +; find "$1" ! -perm -g+rw -exec chmod g+rw {} +';
const WITH_FIX_PERMISSIONS = `RUN printf '%s\\n' '#!/bin/sh' '${FIX_PERMISSIONS}' > /usr/bin/fix-permissions && chmod 755 /usr/bin/fix-permissions`;

const node: Shape = {
  name: "node",
  images: {
    ...builder("node", NODE),
    ...builder(
      "node-runtime",
      { "assemble-runtime": ASSEMBLE_RUNTIME, run: RUN },
      { lines: [`LABEL ${S2I}.destination=/opt/s2i`, inputs("/opt/app-root/src/text")] },
    ),
  },
  source: SOURCE,
  made: "made",
  again: { restored: "restored node_modules" },
  output: (uid, text) => `started by ${uid} mode=source links=2\n${text}`,
  extendedOutput: (uid) => `started by ${uid} mode=source links=\none\n`,
};

/** Installs by copying, into the virtual environment /opt/app-root, which the shell enters by BASH_ENV. */
const PIP = [
  "#!/bin/bash",
  "for name in $(cat $3); do",
  "  site=/opt/app-root/lib64/python3/site-packages/$name",
  '  [ -d $site ] && echo "satisfied $name" && continue',
  '  echo "collecting $name"; mkdir -p $site; echo 1 > $site/a.py; ln $site/a.py $site/b.py',
  '  printf "%s\\n" "#!/bin/sh" "echo $name by \\$(id -u); cat text" > /opt/app-root/bin/$name',
  "  chmod +x /opt/app-root/bin/$name",
  "done",
].join("\n");

const PYTHON_IMAGE = {
  location:
    `LABEL ${S2I}.scripts-url=image:///usr/libexec/s2i io.s2i.scripts-url=image:///usr/libexec/s2i\n` +
    "ENV STI_SCRIPTS_URL=image:///usr/libexec/s2i",
  lines: [
    WITH_FIX_PERMISSIONS,
    "COPY pip activate /opt/app-root/bin/",
    "RUN chmod 755 /opt/app-root/bin/* && mkdir /opt/app-root/lib && ln -s lib /opt/app-root/lib64",
    "ENV BASH_ENV=/opt/app-root/bin/activate ENV=/opt/app-root/bin/activate",
  ],
};
const VIRTUALENV = {
  pip: PIP,
  activate: "export VIRTUAL_ENV=/opt/app-root PATH=/opt/app-root/bin:$PATH\n",
};
const PYTHON_RUN = 'exec "./$APP_SCRIPT"\n';

const python: Shape = {
  name: "python",
  images: {
    ...builder(
      "python",
      {
        assemble:
          "set -e\nshopt -s dotglob\nmv /tmp/src/* $HOME\nfix-permissions /opt/app-root\npip install -r requirements.txt\nfix-permissions /opt/app-root\n",
        run: PYTHON_RUN,
      },
      PYTHON_IMAGE,
    ),
    ...files("python", VIRTUALENV),
    ...builder(
      "python-runtime",
      { "assemble-runtime": ASSEMBLE_RUNTIME, run: PYTHON_RUN },
      {
        ...PYTHON_IMAGE,
        lines: [
          ...PYTHON_IMAGE.lines,
          inputs("/opt/app-root/src/serve.sh", "/opt/app-root/src/text", "/opt/app-root/bin/gunicorn"),
        ],
      },
    ),
    ...files("python-runtime", VIRTUALENV),
  },
  source: {
    "app/requirements.txt": "gunicorn\n",
    "app/serve.sh":
      "#!/bin/bash\nPATH=$PATH:.\nlinks=$(stat -c %h /opt/app-root/lib/python3/site-packages/gunicorn/a.py 2>/dev/null)\necho env=$VIRTUAL_ENV links=$links\nexec gunicorn\n",
    "app/text": "one\n",
    "app/.s2i/environment": "APP_SCRIPT=serve.sh\n",
    // The image brings no save-artifacts.
    "app/.s2i/bin/save-artifacts": "#!/bin/bash\ntar cf - -C /opt/app-root lib bin/gunicorn\n",
    "app/.s2i/bin/assemble":
      "#!/bin/bash\nset -e\nif [ -d /tmp/artifacts ]; then echo restored $(ls /tmp/artifacts); cp -a /tmp/artifacts/. /opt/app-root/; fi\nexec /usr/libexec/s2i/assemble\n",
  },
  made: "collecting gunicorn",
  again: { restored: "restored bin lib" },
  output: (uid, text) => `env=/opt/app-root links=2\ngunicorn by ${uid}\n${text}`,
  extendedOutput: (uid) => `env=/opt/app-root links=\ngunicorn by ${uid}\none\n`,
};

/** Copies parts of the source to places outside of the working directory. */
const NGINX_IMAGE = {
  location: "LABEL io.s2i.scripts-url=image:///usr/libexec/s2i",
  lines: [
    WITH_FIX_PERMISSIONS,
    "ENV NGINX_CONF_PATH=/etc/nginx/nginx.conf HOOKS=/usr/share/container-scripts/nginx",
    "RUN mkdir -p /etc/nginx $HOOKS/nginx-start && touch $NGINX_CONF_PATH && chown -R 1001:0 /etc/nginx $HOOKS && chmod -R ug+rwX /etc/nginx $HOOKS",
  ],
};
const NGINX_RUN =
  'for hook in $HOOKS/nginx-start/*.sh; do [ -e $hook ] && . $hook; done\necho "serving by $(id -u) with $(cat $NGINX_CONF_PATH)"\nexec cat text\n';

const nginx: Shape = {
  name: "nginx",
  images: {
    ...builder(
      "nginx",
      {
        assemble:
          "set -e\ncp -Rf /tmp/src/. ./\nfix-permissions ./\ncp -v ./nginx.conf $NGINX_CONF_PATH\nrm -f ./nginx.conf\ncp -av ./nginx-start/* $HOOKS/nginx-start/\nrm -rf ./nginx-start\n",
        run: NGINX_RUN,
      },
      NGINX_IMAGE,
    ),
    ...builder(
      "nginx-runtime",
      { "assemble-runtime": ASSEMBLE_RUNTIME, run: NGINX_RUN },
      {
        ...NGINX_IMAGE,
        lines: [...NGINX_IMAGE.lines, inputs("/opt/app-root/src/text"), `LABEL ${S2I}.assemble-user=1001`],
      },
    ),
  },
  source: {
    "app/text": "one\n",
    "app/nginx.conf": "gzip",
    "app/nginx-start/hook.sh": "echo hook\n",
    "app/.s2i/bin/assemble": "#!/bin/bash\necho own assemble\nexec $STI_SCRIPTS_PATH/assemble\n",
    "app/.s2i/bin/run": '#!/bin/bash\necho own run\nexec "$STI_SCRIPTS_PATH/run"\n',
  },
  made: "own assemble",
  again: { clean: "build image has no save-artifacts" },
  output: (uid, text) => `own run\nhook\nserving by ${uid} with gzip\n${text}`,
  extendedOutput: (uid) => `own run\nserving by ${uid} with \none\n`,
};

const PHP_RUN = 'echo "started by $(id -u) vendor=$(stat -c %s vendor/x 2>/dev/null) $MODE"\nexec cat text\n';
const PHP_IMAGE = { location: "ENV STI_SCRIPTS_URL=image:///usr/libexec/s2i" };

const php: Shape = {
  name: "php",
  images: {
    ...builder(
      "php",
      { assemble: PHP_ASSEMBLE, run: PHP_RUN, "save-artifacts": "cd $HOME && tar cf - vendor\n" },
      PHP_IMAGE,
    ),
    ...builder(
      "php-runtime",
      { "assemble-runtime": ASSEMBLE_RUNTIME, run: PHP_RUN },
      { ...PHP_IMAGE, lines: [inputs("/opt/app-root/src/vendor", "/opt/app-root/src/text")] },
    ),
  },
  source: SOURCE,
  made: "made",
  again: { restored: "restored vendor" },
  output: (uid, text) => `started by ${uid} vendor=90000 source\n${text}`,
  extendedOutput: (uid) => `started by ${uid} vendor=90000 source\none\n`,
};

export const SHAPES: readonly Shape[] = [node, python, nginx, php];

function files(folder: string, contents: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(contents).map(([name, text]) => [`${folder}/${name}`, text]));
}
