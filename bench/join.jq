# Who stands behind each opening, asked of jq: the JIT requests beside the rules that the security
# resource provider wrote, joined by VM name, port and time. Run with: jq -nc -f join.jq EXPORT

def body($name):
  ((.properties // {}) | to_entries[] | select(.key | ascii_downcase == $name) | .value
    | if type == "string" then (try fromjson catch null) else . end) // null;

def ports: [.destinationPortRange // empty] + (.destinationPortRanges // []) | map(tostring) | unique[];

def seconds: .[0:19] + "Z" | fromdateiso8601;

[
  inputs
  | .operationName.value as $operation
  | if $operation == "Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action" then
      select(.status.value != "Failed")
      | . as $row
      | (body("requestbody") // body("responsebody") // {} | .properties // .) as $asked
      | ($asked.virtualMachines // [])[]
      | (.id | split("/") | last | ascii_downcase) as $vm
      | .ports[]
      | {
          kind: "request",
          key: "\($vm) \(.number)",
          at: ($row.eventTimestamp | seconds),
          actor: $row.caller,
          address: $row.httpRequest.clientIpAddress,
          why: $asked.justification,
          request: $row.correlationId
        }
    elif $operation == "Microsoft.Network/networkSecurityGroups/write" then
      select(.claims.appid == "8edd93e1-2103-40b4-bd70-6e34e586362d" and .status.value != "Failed")
      | . as $row
      | (body("responsebody") // body("requestbody") | .properties.securityRules // empty) as $rules
      | {
          kind: "write",
          nsg: ($row.resourceId | ascii_downcase),
          at: ($row.eventTimestamp | seconds),
          rules: [
            $rules[]
            | .name as $name
            | .properties
            | select(.access == "Allow" and .direction == "Inbound")
            | ((.description // "") | capture("of VM '(?<vm>[^']+)'")? | .vm) as $vm
            | { name: $name, vm: $vm, port: ports, sources: [.sourceAddressPrefix // .sourceAddressPrefixes[]?] }
          ]
        }
    else empty end
]
| group_by(.kind)
| { requests: (.[0] // []), writes: (.[1] // []) }
| (.requests | group_by(.key) | map({ key: .[0].key, value: sort_by(.at) }) | from_entries) as $requests
| [
    .writes | group_by(.nsg)[] | sort_by(.at) | . as $writes
    | [
        range(length) as $i
        | $writes[$i].rules[] + { nsg: $writes[$i].nsg, at: $writes[$i].at, next: $writes[$i + 1].at }
      ]
    | group_by([.name, .port])[]
    | sort_by(.at) | .[0] + { next: .[-1].next }
  ]
| sort_by(.at)[]
| . as $rule
| ($requests["\($rule.vm | ascii_downcase) \($rule.port)"] // []
    | map(select(.at <= $rule.at + 5 and .at >= $rule.at - 600)) | unique_by(.request)) as $candidates
| {
    vm: $rule.vm, port: $rule.port, nsg: $rule.nsg, rule: $rule.name, sources: $rule.sources,
    openedAt: ($rule.at | todateiso8601), closedAt: ($rule.next | if . then todateiso8601 else null end),
    actors: ($candidates | map(.actor) | unique), clientAddress: ($candidates | last | .address),
    justification: ($candidates | last | .why)
  }
