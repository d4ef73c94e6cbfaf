/** What a property of a card may hold. */
export type Kind =
  | "text"
  | "flag"
  | "number"
  /** A length such as `50px`. */
  | "pixels"
  /** `auto`, `stretch`, a weight or pixels. */
  | "width"
  /** A weight or pixels. */
  | "share"
  /** An address of a picture: `https:` or `data:image/`. */
  | "picture"
  /** An address to open: `https:`, `mailto:` or a deep link. */
  | "address"
  | "id"
  | "object"
  | "list"
  | "anything"
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

/** Words and properties that many types share. */
export const COLOURS = [
  "default",
  "dark",
  "light",
  "accent",
  "good",
  "warning",
  "attention",
] as const;
export const ALIGNED = ["left", "center", "right"] as const;
const VERTICAL = ["top", "center", "bottom"] as const;
const STYLES = ["default", "emphasis", "good", "attention", "warning", "accent"] as const;
const SPACING = ["default", "none", "small", "medium", "large", "extraLarge", "padding"] as const;
const HEIGHT = ["auto", "stretch"] as const;
const SIZES = ["default", "small", "medium", "large", "extraLarge"] as const;
const WEIGHTS = ["default", "lighter", "bolder"] as const;
const FONTS = ["default", "monospace"] as const;

export const ELEMENT = {
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
      // What the renderer itself reads.
      firstRowAsHeaders: "flag",
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
      width: "share",
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
