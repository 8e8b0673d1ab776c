// An issuer of tokens for a registry's token authentication: JSON web tokens by docker's specification, signed with a
// certificate of its own. One user may do everything, another one may read; without credentials, repositories below public/
// can be read.
import { execFile } from "node:child_process";
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { registryReader, registryUser, TOKEN_SERVICE, type TokenIssuer } from "./registry.ts";
import { plainRegistryHost } from "./registry-place.ts";

export interface StartedIssuer extends TokenIssuer {
  /** Scopes of the tokens that it has issued, in their order, with the name of the user: "builder repository:a:pull". */
  readonly issued: readonly string[];
  close(): Promise<void>;
}

/** The identity token of the user. */
export const IDENTITY_TOKEN = "identity-token-of-builder";

/** `spoiled`: so many tokens at first have a signature that is wrong. */
export async function startTokenIssuer(options: { readonly spoiled?: number } = {}): Promise<StartedIssuer> {
  const { certificate, key } = await makeKey();
  const issued: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? "/", "http://issuer");
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const user = userOf(request.headers.authorization, form);
    const scopes =
      request.method === "POST" ? (form.get("scope") ?? "").split(" ") : url.searchParams.getAll("scope");
    if (user === undefined) {
      const body = JSON.stringify({ details: "incorrect username or password" });
      response.writeHead(401, { "content-type": "application/json" }).end(body);
      return;
    }
    issued.push(...scopes.map((scope) => `${user || "nobody"} ${scope}`));
    const token = makeToken({ certificate, key, user, scopes });
    const isSpoiled = issued.length <= (options.spoiled ?? 0);
    const sent = isSpoiled ? `${token.slice(0, -8)}AAAAAAAA` : token;
    const body = JSON.stringify({ token: sent, access_token: sent, expires_in: 300 });
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const host = plainRegistryHost();
  server.on("error", reject).listen(0, host, resolve);
  await promise;
  return {
    realm: `http://${host}:${(server.address() as AddressInfo).port}/token`,
    certificate,
    issued,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

/** "" for nobody, undefined for wrong credentials. */
function userOf(authorization: string | undefined, form: URLSearchParams): string | undefined {
  const { username } = registryUser;
  if (form.get("grant_type") === "refresh_token") {
    return form.get("refresh_token") === IDENTITY_TOKEN ? username : undefined;
  }
  if (authorization === undefined) return "";
  const user = [registryUser, registryReader].find((one) => authorization === `Basic ${basicAuthOf(one)}`);
  return user?.username;
}

/** As docker's config has it. */
export function basicAuthOf({
  password,
  username,
}: {
  readonly username: string;
  readonly password: string;
}): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

function makeToken(of: {
  readonly certificate: string;
  readonly key: string;
  readonly user: string;
  readonly scopes: readonly string[];
}): string {
  const now = Math.floor(Date.now() / 1000);
  const access = of.scopes.flatMap((scope) => {
    const [type = "", name = "", actions = ""] = scope.split(":");
    const isPublic = name.startsWith("public/");
    const isReader = of.user === registryReader.username || (of.user === "" && isPublic);
    const allowed = of.user === registryUser.username ? actions.split(",") : isReader ? ["pull"] : [];
    return allowed.length === 0 ? [] : [{ type, name, actions: allowed }];
  });
  const header = { typ: "JWT", alg: "RS256", x5c: [of.certificate.replace(/-----[^-]+-----|\s/g, "")] };
  const claims = {
    iss: TOKEN_SERVICE,
    sub: of.user,
    aud: TOKEN_SERVICE,
    exp: now + 300,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${sign("sha256", Buffer.from(text), createPrivateKey(of.key)).toString("base64url")}`;
}

async function makeKey(): Promise<{ readonly certificate: string; readonly key: string }> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-issuer-"));
  const subject = ["-x509", "-days", "2", "-subj", "/CN=sti test issuer", "-newkey", "rsa:2048", "-nodes"];
  const files = ["-keyout", "issuer.key", "-out", "issuer.pem"];
  await promisify(execFile)("openssl", ["req", ...subject, ...files], { cwd: folder });
  const read = (name: string) => readFile(join(folder, name), "utf8");
  const made = { certificate: await read("issuer.pem"), key: await read("issuer.key") };
  await rm(folder, { recursive: true });
  return made;
}
