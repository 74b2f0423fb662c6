/** One mistake in the arguments of a component: which property, and why it cannot be. */
export interface Problem {
  /** Path of the property as the user writes it in TypeScript, such as `layers[5]` or `settings.batchMaxSize`. */
  propertyPath: string;
  /** What is wrong and how to fix it. Never holds a value of a header or of a variable, which may be a secret. */
  reason: string;
}

/** All problems as text, one a line, for places that show no structured errors. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ propertyPath, reason }) => `  - ${propertyPath}: ${reason}`).join("\n");
}

/** One problem where there is a reason, none otherwise. */
export function problem(propertyPath: string, reason: string | undefined): Problem[] {
  return reason === undefined ? [] : [{ propertyPath, reason }];
}
