import type { Problem } from "../problem";

/** An environment variable that a component sets, and which of its arguments asks for it. */
export interface PlannedVariable<T> {
  /** Name of the variable. */
  name: string;
  value: T;
  /** Property path of the argument that it comes from. */
  origin: string;
  /** A default gives way to any other origin of the same variable, without a problem. */
  isDefault?: boolean;
}

/** The variables of a function, and which could not be set because two origins want them. */
export interface MergedEnvironment<T> {
  variables: Record<string, T>;
  problems: Problem[];
}

/** Property path of the user's own variables. */
export const ownVariables = "environment.variables";

/**
 * Puts the variables that the component sets beside the user's own. None is ever overwritten: where two origins set the
 * same variable there is a problem that names both, and the user's own value stays.
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
