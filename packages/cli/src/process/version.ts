// Version of sti. In the bundle it is a constant.
import manifest from "../../package.json" with { type: "json" };

export const version: string = manifest.version;
