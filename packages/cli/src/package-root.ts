// The folder of this package: above src/ and, as the bundle is in dist/, above that.

/** Absolute. */
export const packageRoot = `${import.meta.dirname}/..`;
