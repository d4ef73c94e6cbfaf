-- Who stands behind each opening, asked of DuckDB: the same join as join.jq. Only the columns that the
-- join needs are read. The program puts the file where its name is missing.
WITH
  log AS MATERIALIZED (
    SELECT
      operationName.value AS operation,
      eventTimestamp AS moment,
      lower(resourceId) AS resource,
      correlationId AS request,
      caller,
      httpRequest.clientIpAddress AS address,
      json_extract_string(properties, ['$.requestbody', '$.requestBody', '$.responseBody', '$.responsebody']) AS bodies
    FROM read_json(
      '$EXPORT',
      format = 'newline_delimited',
      maximum_object_size = 33554432,
      columns = {
        operationName: 'STRUCT(value VARCHAR)',
        status: 'STRUCT(value VARCHAR)',
        claims: 'STRUCT(appid VARCHAR)',
        eventTimestamp: 'TIMESTAMP',
        resourceId: 'VARCHAR',
        correlationId: 'VARCHAR',
        caller: 'VARCHAR',
        httpRequest: 'STRUCT(clientIpAddress VARCHAR)',
        properties: 'JSON'
      }
    )
    WHERE status.value <> 'Failed'
      AND (
        operationName.value = 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action'
        OR (
          operationName.value = 'Microsoft.Network/networkSecurityGroups/write'
          AND claims.appid = '8edd93e1-2103-40b4-bd70-6e34e586362d'
        )
      )
  ),
  asked AS (
    SELECT log.*, coalesce(b.body -> '$.properties', b.body) AS body
    FROM log, (SELECT TRY_CAST(coalesce(bodies[1], bodies[2], bodies[3], bodies[4]) AS JSON) AS body) AS b
    WHERE operation LIKE '%initiate/action'
  ),
  asked_vm AS (
    SELECT *, unnest(CAST(body -> '$.virtualMachines' AS JSON[])) AS vm FROM asked
  ),
  requests AS (
    SELECT
      lower(split_part(vm ->> '$.id', '/', -1)) AS vm,
      unnest(CAST(vm -> '$.ports' AS JSON[])) ->> '$.number' AS port,
      moment, caller, address, request, body ->> '$.justification' AS why
    FROM asked_vm
  ),
  writes AS (
    SELECT
      resource AS nsg, moment,
      TRY_CAST(coalesce(bodies[3], bodies[4], bodies[1], bodies[2]) AS JSON) -> '$.properties.securityRules' AS rules,
      lead(moment) OVER (PARTITION BY resource ORDER BY moment) AS next
    FROM log
    WHERE operation LIKE '%networkSecurityGroups/write'
      AND (TRY_CAST(coalesce(bodies[3], bodies[4], bodies[1], bodies[2]) AS JSON) -> '$.properties.securityRules') IS NOT NULL
  ),
  states AS (
    SELECT nsg, moment, next, unnest(CAST(rules AS JSON[])) AS rule FROM writes
  ),
  allowed AS (
    SELECT
      nsg, moment, next,
      rule ->> '$.name' AS name,
      nullif(regexp_extract(rule ->> '$.properties.description', 'of VM ''([^'']+)''', 1), '') AS vm,
      unnest(list_distinct(list_concat(
        list_filter([rule ->> '$.properties.destinationPortRange'], lambda x: x IS NOT NULL),
        CAST(coalesce(rule -> '$.properties.destinationPortRanges', '[]'::JSON) AS VARCHAR[])
      ))) AS port,
      coalesce(rule ->> '$.properties.sourceAddressPrefix', rule ->> '$.properties.sourceAddressPrefixes') AS sources
    FROM states
    WHERE (rule ->> '$.properties.access') = 'Allow' AND (rule ->> '$.properties.direction') = 'Inbound'
  ),
  openings AS (
    SELECT
      nsg, name, port,
      arg_min(vm, moment) AS vm, arg_min(sources, moment) AS sources,
      min(moment) AS opened_at, arg_max(coalesce(next, 'infinity'::TIMESTAMP), moment) AS closed_at
    FROM allowed
    GROUP BY nsg, name, port
  )
SELECT
  o.vm, o.port, o.nsg, o.name AS rule, o.sources, o.opened_at, o.closed_at,
  list_sort(list_distinct(list(r.caller))) AS actors,
  arg_max(r.address, r.moment) AS client_address, arg_max(r.why, r.moment) AS justification
FROM openings o
LEFT JOIN requests r
  ON r.vm = lower(o.vm) AND r.port = o.port
  AND r.moment BETWEEN o.opened_at - INTERVAL 10 MINUTE AND o.opened_at + INTERVAL 5 SECOND
WHERE o.vm IS NOT NULL
GROUP BY ALL
ORDER BY o.opened_at
