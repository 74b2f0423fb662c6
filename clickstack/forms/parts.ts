import type { SeriesChart } from "../content/tile";

/** What is the same in both forms. */
export function sharedConfig({ groupBy, format, errorLabel, opens }: SeriesChart): object {
  return {
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(format === undefined ? {} : { numberFormat: format }),
    ...(errorLabel === undefined ? {} : { colorRules: colorRules(errorLabel) }),
    ...(opens === undefined ? {} : { onClick: clickAction(opens) }),
  };
}

/** Values above 0 are errors. */
function colorRules(label: string): object[] {
  return [{ operator: "gt", value: 0, color: "chart-error", label }];
}

/** A click on a row opens the dashboard of that name for the row's function. */
function clickAction(dashboard: string): object {
  return {
    type: "dashboard",
    target: { mode: "template", template: dashboard },
    whereLanguage: "lucene",
    filters: [{ kind: "expressionTemplate", expression: "ServiceName", template: "{{ServiceName}}" }],
  };
}
