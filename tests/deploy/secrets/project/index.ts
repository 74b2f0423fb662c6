import * as clickstack from "clickstack-lambda";
import { observedProgram, observedStackProgram } from "../secretPrograms";

/** A program in the form of a project, with its marks in the environment. */
const marks = JSON.parse(process.env.SECRET_MARKS ?? "{}");

module.exports =
  process.env.SECRET_PROGRAM === "observeStack"
    ? observedStackProgram((args) => void clickstack.observeStack(args), marks)
    : observedProgram(clickstack, marks);
