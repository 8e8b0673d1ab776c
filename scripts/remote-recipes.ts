// Recipes of engines that tests reach as a remote one: over TCP with TLS, and over ssh. The scripts use their local socket.
import { join } from "node:path";
import { docker, type Recipe } from "./engine-recipes.ts";
import { systemPath } from "./run-command.ts";

/** Docker's own TLS listener, with a CA of its own, that asks clients for a certificate. */
export function dockerTls(): Recipe {
  return (input) => {
    const folder = join(input.places.directory, "tls");
    const setup = docker({
      hosts: [`unix://${input.places.socket}`, "tcp://127.0.0.1:2376"],
      tlsverify: true,
      tlscacert: join(folder, "ca.pem"),
      tlscert: join(folder, "server.pem"),
      tlskey: join(folder, "server.key"),
    })(input);
    return {
      ...setup,
      command: shell([
        ...inEmptyFolder(folder),
        `openssl req -x509 -days 3650 -subj /CN=CA -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem`,
        ...["server", "key"].flatMap((name) => [
          `openssl req -subj /CN=${name} -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr`,
          `printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth,clientAuth\\n' > extensions`,
          `openssl x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions -out ${name}.pem`,
        ]),
        // As Docker's clients call them.
        "mv key.pem cert.pem && mv key.key key.pem",
        setup.command.join(" "),
      ]),
      testEnv: {
        DOCKER_HOST: "tcp://127.0.0.1:2376",
        DOCKER_TLS_VERIFY: "1",
        DOCKER_CERT_PATH: folder,
      },
    };
  };
}

/** An sshd beside the engine, that lets in one new key. */
export function dockerSsh(): Recipe {
  return (input) => {
    const { directory, socket } = input.places;
    const folder = join(directory, "ssh");
    const setup = docker()(input);
    const place = { port: 2222, folder, socket };
    return {
      ...setup,
      files: { ...setup.files, "/etc/ssh/sti_sshd_config": { content: sshdConfig(place) } },
      command: shell([
        ...inEmptyFolder(folder),
        "mkdir bin /run/sshd",
        "ssh-keygen -q -t ed25519 -N '' -f host",
        "ssh-keygen -q -t ed25519 -N '' -f client",
        `printf '[127.0.0.1]:${place.port} %s\\n' "$(cut -d' ' -f1,2 host.pub)" > known_hosts`,
        `printf '${sshConfig(place).replaceAll("\n", "\\n")}' > config`,
        `printf '#!/bin/sh\\nexec /usr/bin/ssh -F ${folder}/config "$@"\\n' > bin/ssh`,
        "chmod 755 bin/ssh",
        "/usr/sbin/sshd -f /etc/ssh/sti_sshd_config",
        setup.command.join(" "),
      ]),
      testEnv: {
        DOCKER_HOST: `ssh://root@127.0.0.1:${place.port}`,
        // ssh takes a user's config from the home that the system knows, not from HOME.
        PATH: `${join(folder, "bin")}:${systemPath}`,
      },
    };
  };
}

interface SshPlace {
  readonly port: number;
  readonly folder: string;
  readonly socket: string;
}

function sshdConfig({ folder, port, socket }: SshPlace): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/client.pub`,
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    `SetEnv DOCKER_HOST=unix://${socket}`,
    "",
  ].join("\n");
}

function sshConfig({ folder }: SshPlace): string {
  return [
    `IdentityFile ${folder}/client`,
    `UserKnownHostsFile ${folder}/known_hosts`,
    "StrictHostKeyChecking yes",
    "",
  ].join("\n");
}

/** The last line becomes the process. */
function shell(lines: readonly string[]): readonly string[] {
  return ["sh", "-c", [...lines.slice(0, -1), `exec ${lines.at(-1)}`].join("\n")];
}

function inEmptyFolder(folder: string): readonly string[] {
  return ["set -eu", `rm -rf ${folder}`, `mkdir -p ${folder}`, `cd ${folder}`];
}
