import colours from "picocolors";

export const title = colours.bold("Islands, lighthouses and the old town");
