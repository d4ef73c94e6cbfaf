import { portText } from "./security-rule.ts";
import type { PortRange } from "./security-rule.ts";

function port(number: number, to: number = number): PortRange {
  return { from: number, to };
}

/** The names by which people call ports; the first name of a port is the one shown. */
const SERVICES: ReadonlyMap<string, PortRange> = new Map([
  ["rdp", port(3389)],
  ["ssh", port(22)],
  ["sftp", port(22)],
  ["scp", port(22)],
  ["winrm", port(5985, 5986)],
  ["https", port(443)],
  ["http", port(80)],
  ["sql", port(1433)],
  ["mssql", port(1433)],
  ["smb", port(445)],
  ["vnc", port(5900)],
  ["telnet", port(23)],
  ["ftp", port(21)],
  ["mysql", port(3306)],
  ["postgres", port(5432)],
  ["postgresql", port(5432)],
  ["oracle", port(1521)],
  ["mongodb", port(27017)],
  ["redis", port(6379)],
  ["ldap", port(389)],
  ["ldaps", port(636)],
  ["dns", port(53)],
  ["smtp", port(25)],
  ["rpc", port(135)],
  ["netbios", port(139)],
  ["elasticsearch", port(9200)],
  ["kubernetes", port(6443)],
  ["docker", port(2375, 2376)],
]);

/** Every service name that a question may use. */
export const SERVICE_NAMES: readonly string[] = [...SERVICES.keys()];

/** The port or ports of a service name, without regard to case; null when it is not known. */
export function servicePort(name: string): PortRange | null {
  return SERVICES.get(name.toLowerCase()) ?? null;
}

/** `RDP (3389)`, `port 8080`, `ports 8000-8100`, or `every port`. */
export function portWords(range: PortRange): string {
  const text = portText(range);
  if (text === "*") {
    return "every port";
  }
  for (const [name, service] of SERVICES) {
    if (service.from === range.from && service.to === range.to) {
      return `${displayName(name)} (${text})`;
    }
  }
  return range.from === range.to ? `port ${text}` : `ports ${text}`;
}

function displayName(name: string): string {
  return name === "winrm" ? "WinRM" : name.length <= 5 ? name.toUpperCase() : name;
}
