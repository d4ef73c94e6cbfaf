// The playground listens on every address of the machine and has no option for less.
const { Server } = require("node:net");

const { listen } = Server.prototype;
Server.prototype.listen = function (...options) {
  const [first] = options;
  if (typeof first === "number" || typeof first === "string") {
    const callback = options.find((option) => typeof option === "function");
    return listen.call(this, { port: Number(first), host: "127.0.0.1" }, callback);
  }
  return typeof first === "object" && first !== null && !("path" in first)
    ? listen.call(this, { ...first, host: "127.0.0.1" }, ...options.slice(1))
    : listen.apply(this, options);
};
