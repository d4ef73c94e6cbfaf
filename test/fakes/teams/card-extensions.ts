import { ALIGNED, COLOURS, ELEMENT } from "./card-vocabulary.ts";
import type { Vocabulary } from "./card-vocabulary.ts";

const CHART = {
  ...ELEMENT,
  title: "text",
  colorSet: ["categorical", "sequential", "diverging"],
  horizontalAlignment: ALIGNED,
} as const;
const AXES = { xAxisTitle: "text", yAxisTitle: "text" } as const;

/**
 * What Teams draws and the schema of 1.5 does not know: each needs a `fallback` for the clients that do not.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
 */
export const EXTENSIONS: Readonly<Record<string, Vocabulary | undefined>> = {
  "Chart.Donut": { properties: { ...CHART, data: "list" }, required: ["data"] },
  "Chart.Pie": { properties: { ...CHART, data: "list" }, required: ["data"] },
  "Chart.Line": {
    properties: { ...CHART, ...AXES, data: "list", color: "text" },
    required: ["data"],
  },
  "Chart.VerticalBar": {
    properties: { ...CHART, ...AXES, data: "list", color: "text", showBarValues: "flag" },
    required: ["data"],
  },
  "Chart.VerticalBar.Grouped": {
    properties: {
      ...CHART,
      ...AXES,
      data: "list",
      color: "text",
      stacked: "flag",
      showBarValues: "flag",
    },
    required: ["data"],
  },
  "Chart.HorizontalBar": {
    properties: {
      ...CHART,
      ...AXES,
      data: "list",
      color: "text",
      displayMode: ["AbsoluteWithAxis", "AbsoluteNoAxis", "PartToWhole"],
    },
    required: ["data"],
  },
  "Chart.HorizontalBar.Stacked": {
    properties: { ...CHART, ...AXES, data: "list", color: "text" },
    required: ["data"],
  },
  "Chart.Gauge": {
    properties: {
      ...CHART,
      value: "number",
      min: "number",
      max: "number",
      subLabel: "text",
      segments: "list",
      showLegend: "flag",
      showMinMax: "flag",
      valueFormat: ["Percentage", "Fraction"],
    },
    required: ["value"],
  },
  CodeBlock: {
    properties: {
      ...ELEMENT,
      codeSnippet: "text",
      language: "text",
      startLineNumber: "number",
      horizontalAlignment: ALIGNED,
    },
    required: ["codeSnippet"],
  },
  Icon: {
    properties: {
      ...ELEMENT,
      name: "text",
      size: "text",
      color: COLOURS,
      style: ["regular", "filled"],
      horizontalAlignment: ALIGNED,
      selectAction: "action",
    },
    required: ["name"],
  },
};
