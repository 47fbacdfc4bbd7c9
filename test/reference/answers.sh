#!/bin/sh
# Builds Prometheus, sends it the metrics of the golden test and writes down what it answers.
set -eu
cd "$(dirname "$0")"
dir=$(mktemp -d)
go build -tags remove_all_sd -o "$dir/prometheus" github.com/prometheus/prometheus/cmd/prometheus
echo 'storage: {tsdb: {out_of_order_time_window: 30m}}' >"$dir/prometheus.yml"
address=127.0.0.1:${PORT:-29090}
"$dir/prometheus" --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" --web.listen-address="$address" \
  --web.enable-otlp-receiver --enable-feature=promql-extended-range-selectors,created-timestamp-zero-ingestion,exemplar-storage 2>"$dir/log" &
trap 'kill $! && rm -rf "$dir"' EXIT
until curl -fsS "http://$address/-/ready" >/dev/null 2>&1; do sleep 1; done
cd ../../exporter/dashboard/internal/history
go test -count=1 -run TestAnswersAreThoseOfPrometheus . -prometheus "http://$address"
