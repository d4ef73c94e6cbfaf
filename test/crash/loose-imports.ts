/**
 * Loaded before the suite: the library that reads Teams' cards leaves the endings off its imports, which
 * bundlers forgive and Node.js does not.
 */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => {
    const { parentURL } = context;
    const isLoose =
      specifier.startsWith(".") && parentURL?.includes("/node_modules/adaptivecards/") === true;
    const ending = ["", ".js", "/index.js"].find(
      (one) =>
        isLoose &&
        `${specifier}${one}`.endsWith(".js") &&
        existsSync(new URL(specifier + one, parentURL)),
    );
    return next(`${specifier}${ending ?? ""}`, context);
  },
});
