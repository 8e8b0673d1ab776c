// Turns an image's USER into numbers, by the rules of the engine. Pure.
import type { Owner } from "../source/source.ts";

/** Texts of /etc/passwd and /etc/group; empty where an image has none. */
export interface UserDatabases {
  readonly passwd: string;
  readonly group: string;
}

/** `user` as in the image config: "name", "uid", "name:group", "uid:gid"; undefined when a name is unknown. */
export function findOwner(user: string, databases: UserDatabases): Owner | undefined {
  const [name = "", group] = user.split(":", 2);
  const account = parseLines(databases.passwd).find((fields) => fields[0] === name || fields[2] === name);
  const uid = account?.[2] ?? name;
  const gid = group === undefined || group === "" ? (account?.[3] ?? "0") : findGroup(group, databases.group);
  if (!isNumber(uid) || gid === undefined || !isNumber(gid)) return undefined;
  return { uid: Number(uid), gid: Number(gid) };
}

function findGroup(group: string, database: string): string | undefined {
  if (isNumber(group)) return group;
  return parseLines(database).find((fields) => fields[0] === group)?.[2];
}

function parseLines(database: string): readonly (readonly string[])[] {
  return database
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
