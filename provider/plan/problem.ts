/** A problem of a component's arguments: the property, and the reason. */
export interface Problem {
  /** Path of the property as the user writes it in TypeScript, such as `layers[5]` or `settings.batchMaxSize`. */
  propertyPath: string;
  /** What is wrong and how to fix it. Never contains a value of a header or of a variable, which may be a secret. */
  reason: string;
}

/** All problems as text, one per line, for output without structured errors. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ propertyPath, reason }) => `  - ${propertyPath}: ${reason}`).join("\n");
}

/** One problem if there is a reason, none otherwise. */
export function problem(propertyPath: string, reason: string | undefined): Problem[] {
  return reason === undefined ? [] : [{ propertyPath, reason }];
}
