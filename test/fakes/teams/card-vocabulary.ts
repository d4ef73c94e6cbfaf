/** What a property of a card may hold. */
export type Kind =
  | "text"
  | "flag"
  | "number"
  /** A length such as `50px`. */
  | "pixels"
  /** `auto`, `stretch`, a weight or pixels. */
  | "width"
  /** An address of a picture: `https:` or `data:image/`. */
  | "picture"
  /** An address to open: `https:`, `mailto:` or a deep link. */
  | "address"
  | "id"
  | "object"
  | "list"
  | "anything"
  | "element"
  | "elements"
  | "action"
  | "actions"
  | "inlines"
  | "facts"
  | "choices"
  | "columns"
  | "column-definitions"
  | "rows"
  | "cells"
  | "images"
  /** One of these words, whatever their case. */
  | readonly string[];

/** The properties of a type, and which of them it cannot be without. */
export interface Vocabulary {
  readonly properties: Readonly<Record<string, Kind>>;
  readonly required: readonly string[];
}

const COLOURS = ["default", "dark", "light", "accent", "good", "warning", "attention"] as const;
const ALIGNED = ["left", "center", "right"] as const;
const VERTICAL = ["top", "center", "bottom"] as const;
const STYLES = ["default", "emphasis", "good", "attention", "warning", "accent"] as const;
const SPACING = ["default", "none", "small", "medium", "large", "extraLarge", "padding"] as const;
const HEIGHT = ["auto", "stretch"] as const;
const SIZES = ["default", "small", "medium", "large", "extraLarge"] as const;
const WEIGHTS = ["default", "lighter", "bolder"] as const;
const FONTS = ["default", "monospace"] as const;

const ELEMENT = {
  type: "text",
  id: "id",
  isVisible: "flag",
  separator: "flag",
  spacing: SPACING,
  height: HEIGHT,
  fallback: "anything",
  requires: "object",
  lang: "text",
  targetWidth: "text",
  "grid.area": "text",
} as const;
const TEXT = {
  color: COLOURS,
  fontType: FONTS,
  isSubtle: "flag",
  size: SIZES,
  weight: WEIGHTS,
} as const;
const ACTION = {
  type: "text",
  id: "id",
  title: "text",
  iconUrl: "picture",
  style: ["default", "positive", "destructive"],
  mode: ["primary", "secondary"],
  tooltip: "text",
  isEnabled: "flag",
  fallback: "anything",
  requires: "object",
} as const;
const INPUT = {
  ...ELEMENT,
  label: "text",
  isRequired: "flag",
  errorMessage: "text",
} as const;
const BOX = {
  ...ELEMENT,
  items: "elements",
  style: STYLES,
  bleed: "flag",
  minHeight: "pixels",
  rtl: "flag",
  selectAction: "action",
  verticalContentAlignment: VERTICAL,
  backgroundImage: "anything",
} as const;
const CHART = {
  ...ELEMENT,
  title: "text",
  colorSet: ["categorical", "sequential", "diverging"],
  horizontalAlignment: ALIGNED,
} as const;
const AXES = { xAxisTitle: "text", yAxisTitle: "text" } as const;

/**
 * Elements of Adaptive Cards 1.5, as Teams renders them.
 * Source: https://adaptivecards.io/explorer/ and the schema of version 1.5
 */
export const ELEMENTS: Readonly<Record<string, Vocabulary | undefined>> = {
  TextBlock: {
    properties: {
      ...ELEMENT,
      ...TEXT,
      text: "text",
      horizontalAlignment: ALIGNED,
      maxLines: "number",
      wrap: "flag",
      style: ["default", "columnHeader", "heading"],
    },
    required: ["text"],
  },
  RichTextBlock: {
    properties: { ...ELEMENT, inlines: "inlines", horizontalAlignment: ALIGNED },
    required: ["inlines"],
  },
  Image: {
    properties: {
      ...ELEMENT,
      url: "picture",
      altText: "text",
      backgroundColor: "text",
      height: "anything",
      width: "pixels",
      horizontalAlignment: ALIGNED,
      selectAction: "action",
      size: ["auto", "stretch", "small", "medium", "large"],
      style: ["default", "person"],
      msteams: "object",
    },
    required: ["url", "altText"],
  },
  ImageSet: {
    properties: { ...ELEMENT, images: "images", imageSize: ["small", "medium", "large"] },
    required: ["images"],
  },
  FactSet: { properties: { ...ELEMENT, facts: "facts" }, required: ["facts"] },
  Container: { properties: BOX, required: ["items"] },
  ColumnSet: {
    properties: {
      ...ELEMENT,
      columns: "columns",
      style: STYLES,
      bleed: "flag",
      minHeight: "pixels",
      horizontalAlignment: ALIGNED,
      selectAction: "action",
    },
    required: ["columns"],
  },
  Table: {
    properties: {
      ...ELEMENT,
      columns: "column-definitions",
      rows: "rows",
      firstRowAsHeader: "flag",
      showGridLines: "flag",
      gridStyle: STYLES,
      horizontalCellContentAlignment: ALIGNED,
      verticalCellContentAlignment: VERTICAL,
    },
    required: ["columns", "rows"],
  },
  ActionSet: { properties: { ...ELEMENT, actions: "actions" }, required: ["actions"] },
  "Input.Text": {
    properties: {
      ...INPUT,
      isMultiline: "flag",
      maxLength: "number",
      placeholder: "text",
      regex: "text",
      style: ["text", "tel", "url", "email", "password"],
      inlineAction: "action",
      value: "text",
    },
    required: ["id"],
  },
  "Input.Number": {
    properties: { ...INPUT, max: "number", min: "number", placeholder: "text", value: "number" },
    required: ["id"],
  },
  "Input.Date": {
    properties: { ...INPUT, max: "text", min: "text", placeholder: "text", value: "text" },
    required: ["id"],
  },
  "Input.Time": {
    properties: { ...INPUT, max: "text", min: "text", placeholder: "text", value: "text" },
    required: ["id"],
  },
  "Input.Toggle": {
    properties: {
      ...INPUT,
      title: "text",
      value: "text",
      valueOff: "text",
      valueOn: "text",
      wrap: "flag",
    },
    required: ["id", "title"],
  },
  "Input.ChoiceSet": {
    properties: {
      ...INPUT,
      choices: "choices",
      "choices.data": "object",
      isMultiSelect: "flag",
      style: ["compact", "expanded", "filtered"],
      value: "text",
      placeholder: "text",
      wrap: "flag",
    },
    required: ["id"],
  },
};

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

/** Actions of Adaptive Cards 1.5. */
export const ACTIONS: Readonly<Record<string, Vocabulary | undefined>> = {
  "Action.OpenUrl": { properties: { ...ACTION, url: "address" }, required: ["url"] },
  "Action.Submit": {
    properties: {
      ...ACTION,
      data: "anything",
      associatedInputs: ["auto", "none"],
      msteams: "object",
    },
    required: [],
  },
  "Action.Execute": {
    properties: {
      ...ACTION,
      verb: "text",
      data: "anything",
      associatedInputs: ["auto", "none"],
    },
    required: ["verb"],
  },
  "Action.ShowCard": { properties: { ...ACTION, card: "object" }, required: ["card"] },
  "Action.ToggleVisibility": {
    properties: { ...ACTION, targetElements: "list" },
    required: ["targetElements"],
  },
};

/** Parts that stand only inside one kind of element, which name no type. */
export const PARTS = {
  facts: { properties: { title: "text", value: "text" }, required: ["title", "value"] },
  choices: { properties: { title: "text", value: "text" }, required: ["title", "value"] },
  columns: {
    properties: { ...BOX, width: "width" },
    required: [],
  },
  "column-definitions": {
    properties: {
      type: "text",
      width: "width",
      horizontalCellContentAlignment: ALIGNED,
      verticalCellContentAlignment: VERTICAL,
    },
    required: [],
  },
  rows: {
    properties: {
      type: "text",
      cells: "cells",
      style: STYLES,
      horizontalCellContentAlignment: ALIGNED,
      verticalCellContentAlignment: VERTICAL,
    },
    required: ["cells"],
  },
  cells: { properties: BOX, required: ["items"] },
  inlines: {
    properties: {
      type: "text",
      ...TEXT,
      text: "text",
      highlight: "flag",
      italic: "flag",
      strikethrough: "flag",
      underline: "flag",
      selectAction: "action",
      lang: "text",
    },
    required: ["text"],
  },
} as const satisfies Readonly<Record<string, Vocabulary>>;

/** The type that a part must name, where it names one. */
export const PART_TYPES: Readonly<Record<keyof typeof PARTS, string | null>> = {
  facts: null,
  choices: null,
  columns: "Column",
  "column-definitions": null,
  rows: "TableRow",
  cells: "TableCell",
  inlines: "TextRun",
};

/** The card itself. */
export const CARD: Vocabulary = {
  properties: {
    type: "text",
    $schema: "text",
    version: "text",
    body: "elements",
    actions: "actions",
    fallbackText: "text",
    speak: "text",
    lang: "text",
    minHeight: "pixels",
    rtl: "flag",
    verticalContentAlignment: VERTICAL,
    backgroundImage: "anything",
    selectAction: "action",
    refresh: "object",
    metadata: "object",
    msteams: "object",
  },
  required: ["version"],
};
