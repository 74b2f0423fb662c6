/** Values above 0 are errors. */
export function colorRules(label: string): object[] {
  return [{ operator: "gt", value: 0, color: "chart-error", label }];
}

/** A click on a row opens the dashboard of that name for the row's function. */
export function clickAction(dashboard: string): object {
  return {
    type: "dashboard",
    target: { mode: "template", template: dashboard },
    whereLanguage: "lucene",
    filters: [{ kind: "expressionTemplate", expression: "ServiceName", template: "{{ServiceName}}" }],
  };
}
