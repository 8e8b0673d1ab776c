/** Name of the folder beside the config that gets logs. Nothing is read back from it: a checkout may have brought it. */
export const STATE_FOLDER = ".sti";
