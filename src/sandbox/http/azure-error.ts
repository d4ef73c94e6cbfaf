/** A refusal as Azure words it: thrown where a request is understood, answered at the edge. */
export class AzureError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(`HTTP ${status}`);
    this.name = "AzureError";
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A refusal in the form of Azure Resource Manager: `{"error":{"code","message"}}`. */
export function armError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): AzureError {
  return new AzureError(status, { error: { code, message } }, headers);
}

/** A refusal of a query, with the reason inside it, as the query service words it. */
export function queryError(code: string, innerCode: string, message: string): AzureError {
  return new AzureError(400, {
    error: {
      code: "BadArgumentError",
      message: "The request had some invalid properties",
      innererror: {
        code,
        message: "The query was not understood.",
        innererror: { code: innerCode, message },
      },
    },
  });
}

/** A bad request in the form of Microsoft.Insights, which does without the `error` around it. */
export function insightsError(message: string): AzureError {
  return new AzureError(400, { code: "BadRequest", message });
}

/** The body was longer than the server takes; what follows of it is not read. */
export function tooLarge(): AzureError {
  const message = "The request content is too large.";
  return armError(413, "RequestContentTooLarge", message, { connection: "close" });
}
