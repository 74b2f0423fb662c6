import type { Problem } from "../problem";

/** An environment variable that a component sets, and the argument that requires it. */
export interface PlannedVariable<T> {
  /** Name of the variable. */
  name: string;
  value: T;
  /** Property path of the argument that it comes from. */
  origin: string;
  /** A default is overridden by any other origin of the same variable, without an error. */
  isDefault?: boolean;
}

/** The variables of a function, and the conflicts between two origins. */
export interface MergedEnvironment<T> {
  variables: Record<string, T>;
  problems: Problem[];
}

/** Property path of the user's own variables. */
export const ownVariables = "environment.variables";

/**
 * Adds the variables of the component to the user's own. None is ever overwritten: if two origins set the same variable
 * there is a problem that names both, and the user's own value is kept.
 */
export function mergeEnvironment<T>(
  own: Readonly<Record<string, T>>,
  planned: readonly PlannedVariable<T>[],
): MergedEnvironment<T> {
  const variables: Record<string, T> = { ...own };
  const origins = new Map(Object.keys(own).map((name) => [name, `${ownVariables}.${name}`]));
  const problems: Problem[] = [];
  const ordered = [
    ...planned.filter((variable) => !variable.isDefault),
    ...planned.filter((variable) => variable.isDefault),
  ];
  for (const { name, value, origin, isDefault } of ordered) {
    const other = origins.get(name);
    if (other === undefined) {
      variables[name] = value;
      origins.set(name, origin);
    } else if (!isDefault) {
      const reason = `${name} is set by ${origin} and by ${other}. Remove one of them`;
      problems.push({ propertyPath: other, reason });
    }
  }
  return { variables, problems };
}
