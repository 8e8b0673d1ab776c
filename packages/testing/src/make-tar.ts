// Tar archives made by hand, so that they can have what no packer would write.

/** A member of an archive. */
export interface TarFile {
  readonly name: string | Buffer;
  /** The header's type flag; a file's when left out. */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly link?: string;
  readonly device?: readonly [number, number];
  readonly pax?: Readonly<Record<string, string | Buffer>>;
}

export function makeTar(members: readonly TarFile[]): Buffer {
  return Buffer.concat([...members.flatMap(memberOf), Buffer.alloc(1024)]);
}

function memberOf({ pax, ...member }: TarFile): readonly Buffer[] {
  if (pax === undefined) return plainMember(member);
  const records = Object.entries(pax).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
    const digits = String(rest.length + String(rest.length).length).length;
    return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
  });
  return [
    ...plainMember({ name: "pax", type: "x", content: Buffer.concat(records) }),
    ...plainMember(member),
  ];
}

function plainMember(member: TarFile): readonly Buffer[] {
  const { name, type = "0", mode = 0o644, uid = 0, gid = 0, mtime = 0, link = "", device = [0, 0] } = member;
  const content = Buffer.from(member.content ?? "");
  const header = Buffer.alloc(512);
  Buffer.from(name).copy(header);
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(content.length, 124, 12);
  octal(mtime, 136, 12);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\x0000", 257);
  octal(device[0], 329, 8);
  octal(device[1], 337, 8);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
