import { expect, test } from "vitest";
import { describeProgram } from "./describe-commands.ts";
import { makeProgram } from "./program.ts";

/** A program without the commands of sti, and with one of its own. */
function makePaint(): ReturnType<typeof makeProgram> {
  const program = makeProgram("1.0.0", async () => {}, "none");
  program
    .commandsGroup("Colours:")
    .command("paint")
    .description("Paint a wall.")
    .addArgument(program.createArgument("<wall>", "wall to paint").choices(["north", "south"]))
    .argument("[other...]", "more walls")
    .option("--no-primer", "leave out the primer")
    .optionsGroup("Paint:")
    .requiredOption("--colour <name>", "colour of the paint")
    .addOption(program.createOption("--coats <n>", "number of coats").choices(["one", "two"]).default("two"))
    .addOption(program.createOption("--smell", "not for everybody").hideHelp())
    .addHelpText("after", "\nIt dries in an hour.\n\nExamples:\n  paint north --colour red");
  program.command("mix", { hidden: true });
  return program;
}

test("a command has its usage, its arguments, its options by group and its closing text", () => {
  const { commands } = describeProgram(makePaint());
  const plain = { required: false, choices: [], default: undefined };
  expect(commands).toEqual([
    {
      heading: "Colours",
      members: [
        {
          name: "paint",
          summary: "Paint a wall.",
          usage: "sti paint [options] <wall> [other...]",
          arguments: [
            { ...plain, term: "<wall>", meaning: "wall to paint", choices: ["north", "south"] },
            { ...plain, term: "[other...]", meaning: "more walls" },
          ],
          options: [
            {
              heading: "Options",
              members: [{ ...plain, term: "--no-primer", meaning: "leave out the primer" }],
            },
            {
              heading: "Paint",
              members: [
                { ...plain, term: "--colour <name>", meaning: "colour of the paint", required: true },
                {
                  ...plain,
                  term: "--coats <n>",
                  meaning: "number of coats",
                  choices: ["one", "two"],
                  default: "two",
                },
              ],
            },
          ],
          closing: "It dries in an hour.\n\nExamples:\n  paint north --colour red",
        },
      ],
    },
  ]);
});

test("the options of the program itself include help and version", () => {
  const { options } = describeProgram(makePaint());
  expect(options.flatMap(({ members }) => members.map(({ term }) => term))).toEqual([
    "-V, --version",
    "-h, --help",
  ]);
});
