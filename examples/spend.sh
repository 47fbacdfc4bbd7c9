#!/bin/sh
# Posts one call of gpt-4o that ends now and costs 2.50 USD per million tokens: spend.sh TOKENS [TEAM]
set -eu
tokens=${1:?tokens} team=${2:-search} now=$(date +%s)
id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
curl -sS -H 'Content-Type: application/json' "${OTLP:-http://localhost:4318}/v1/traces" -d '{"resourceSpans": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bot"}}, {"key": "team", "value": {"stringValue": "'"$team"'"}}]},
  "scopeSpans": [{"spans": [{"traceId": "'"$id"'", "spanId": "'"$(printf %.16s "$id")"'", "name": "chat gpt-4o",
    "startTimeUnixNano": "'"$now"'000000000", "endTimeUnixNano": "'"$now"'000000000", "attributes": [
    {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}, {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
    {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}, {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "'"$tokens"'"}},
    {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "0"}}]}]}]}]}'
echo
