const url = {
  type: "string",
  description:
    "HyperDX's API, such as `http://localhost:8000`, or its app with `/api` behind it. Another one has everything made there and deleted here.",
};
const apiKey = {
  type: "string",
  secret: true,
  description: "A personal API access key of HyperDX (Team Settings → API Keys). It is kept as a secret.",
};
const webhook = {
  type: "string",
  description: "Name of the webhook in HyperDX that alerts are sent to. Defaults to no alerts.",
};

/** The resources that are not components, which Pulumi's analyzer does not support. */
export const customResources = {
  "clickstack-lambda:index:LambdaDashboards": {
    description:
      "Dashboards, saved searches and alerts for Lambda in HyperDX: those of `clickstack-lambda clickstack apply`. What was changed in HyperDX by hand is found by `pulumi refresh` and put back by the next update; deleting the resource deletes what it made.",
    inputProperties: { url, apiKey, webhook },
    requiredInputs: ["url", "apiKey"],
    properties: {
      url,
      apiKey,
      webhook,
      dashboards: {
        type: "object",
        additionalProperties: { type: "string" },
        description: "IDs of the dashboards in HyperDX by their names.",
      },
      differences: {
        type: "array",
        items: { type: "string" },
        description:
          "What differs in HyperDX from what this package would make, as of the last refresh: names with the paths that differ.",
      },
    },
    required: ["url", "apiKey", "dashboards", "differences"],
  },
};
