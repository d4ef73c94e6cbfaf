import { Server } from "node:net";

// Loaded before the playground, which listens on every address of the machine and has no option for less.
const listen: unknown = Reflect.get(Server.prototype, "listen");
Reflect.set(
  Server.prototype,
  "listen",
  function (this: Server, ...options: readonly unknown[]): unknown {
    const started: unknown =
      typeof listen === "function" ? Reflect.apply(listen, this, onLoopback(options)) : this;
    return started;
  },
);

function onLoopback([first, ...rest]: readonly unknown[]): unknown[] {
  const host = "127.0.0.1";
  if (typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first))) {
    return [{ port: Number(first), host }, ...rest.filter((one) => typeof one === "function")];
  }
  return typeof first === "object" && first !== null && !("path" in first)
    ? [{ ...first, host }, ...rest]
    : [first, ...rest];
}
