// The names of the methods at run time. An entry of its own: the options of a command need no more of core.
export { METHODS, readMethod } from "./definition/method.ts";
