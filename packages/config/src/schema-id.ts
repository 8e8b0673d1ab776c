// Stands for the code that checks configs: the bundler puts a digest of it here. Sources that run as they stand have
// none, for they may change between two commands.
declare const STI_SCHEMA_ID: string | undefined;

export const SCHEMA_ID = typeof STI_SCHEMA_ID === "string" ? STI_SCHEMA_ID : undefined;
