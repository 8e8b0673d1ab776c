// A JSON document of sti with its schema, and the comparison of schemas and types at compile time.
import type * as z from "zod";

export interface JsonDocument {
  /** The schema is schemas/NAME.schema.json. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/**
 * A type after JSON.stringify and JSON.parse, in a form whose assignability is exact: a field that can be missing is
 * a required field that can be a symbol, which JSON does not have.
 */
type Json<Type> = Type extends string | number | boolean | null
  ? Type
  : Type extends object
    ? { -readonly [Key in keyof Type]-?: Json<Exclude<Type[Key], undefined>> | Missing<Type[Key]> }
    : Type;

type Missing<Type> = undefined extends Type ? symbol : never;

/** Invariant, so that one comparison compares both directions. */
type Exact<Type> = (value: Type) => Type;

/** The form of a document's type. */
export type Documented<Document> = Exact<Json<Document>>;

/** The form of a schema's values. */
export type Described<Schema extends z.ZodType> = Exact<Json<z.output<Schema>>>;

/** Compiles only if both are the same. */
export type Same<Document, Schema extends Document> = Schema;
