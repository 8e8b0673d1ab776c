// Certificates for servers of tests, signed by an authority that is made with them.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Writes host.pem, host.key and ca.pem; the result is the certificate of the CA that signed them. `host`: an address. */
export async function makeCertificate(folder: string, host: string): Promise<string> {
  const openssl = async (...args: string[]) => await promisify(execFile)("openssl", args, { cwd: folder });
  const subject = (name: string) => ["-subj", `/CN=${name}`, "-newkey", "rsa:2048", "-nodes"];
  await openssl(
    "req",
    "-x509",
    "-days",
    "2",
    ...subject("sti test CA"),
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
  );
  await openssl("req", ...subject(host), "-keyout", "host.key", "-out", "host.csr");
  await writeFile(join(folder, "names"), `subjectAltName=IP:${host}\n`);
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  await openssl("x509", "-req", "-in", "host.csr", ...by, "-out", "host.pem");
  return await readFile(join(folder, "ca.pem"), "utf8");
}
