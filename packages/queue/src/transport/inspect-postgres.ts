// Inspects a PostgreSQL server, by what every role may read.
import type { Pool } from "pg";
import type { ServerFacts } from "./server-facts.ts";

interface Row {
  readonly version: string;
  readonly now: number;
  readonly fsync: string;
  readonly commit: string;
  readonly superuser: boolean;
  readonly makes_roles: boolean;
  readonly makes_tables: boolean;
}

const QUERY = `
SELECT current_setting('server_version') AS version,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  current_setting('fsync') AS fsync,
  current_setting('synchronous_commit') AS commit,
  rolsuper AS superuser,
  rolcreaterole OR rolcreatedb AS makes_roles,
  has_schema_privilege(current_user, $1, 'CREATE') AS makes_tables
FROM pg_roles WHERE rolname = current_user`;

/** Rejects with the server's error. */
export async function inspectPostgres(pool: Pick<Pool, "query">, schema: string): Promise<ServerFacts> {
  const { rows } = await pool.query<Row>(QUERY, [schema]);
  const [row] = rows;
  if (row === undefined) throw new Error("the role of this connection is unknown");
  const isVolatile = row.fsync === "off" || row.commit === "off";
  return {
    product: "PostgreSQL",
    version: row.version.split(" ")[0] ?? row.version,
    oldest: "14",
    now: row.now,
    eviction: undefined,
    volatility: isVolatile
      ? {
          found: `fsync ${row.fsync}, synchronous_commit ${row.commit}: a crash may lose tasks, which runs order again`,
          fix: "set fsync and synchronous_commit to on",
        }
      : undefined,
    excess: row.superuser
      ? ["do everything (superuser)"]
      : [
          ...(row.makes_roles ? ["create roles or databases"] : []),
          ...(row.makes_tables ? [`create tables in the schema ${schema}`] : []),
        ],
  };
}
