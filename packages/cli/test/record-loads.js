// Preloaded into a sti that a test starts: appends what it loads to the file that STI_TEST_LOADS names, a line each;
// Node's own modules, without their ids, when the process ends. Takes nothing by import: that would load more.
const { appendFileSync } = process.getBuiltinModule("node:fs");
const { registerHooks } = process.getBuiltinModule("node:module");

const file = process.env.STI_TEST_LOADS ?? "";
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
// The chunks of the program are loaded as scripts.
const vm = process.getBuiltinModule("node:vm");
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options);
    appendFileSync(file, `file://${options.filename}\n`);
  }
};
process.on("exit", () => {
  const builtins = process.moduleLoadList.filter((name) => name.startsWith("NativeModule "));
  appendFileSync(file, builtins.map((name) => `${name.replace("NativeModule ", "node:")}\n`).join(""));
});
