#!/usr/bin/env bash
# Installs what the end-to-end tests need and is quick when it is there: the client libraries under clients/ and what is loaded into the
# browser under browser/ (pinned by package-lock.json; they need Node.js 20 or later with npm), and from Debian Prometheus with promtool,
# Alertmanager with amtool, Chromium and a Redis server (of the unit tests too), where this runs as root on such a machine. It builds
# VictoriaLogs and Jaeger of the modules under servers/ into ../.tools. `make test` calls it, and at the end once more with --missing: then it
# installs nothing and says which tests were left out.
set -euo pipefail
cd "$(dirname "$0")"
. ./retry.sh

# has_node: Node.js 20 or later and npm.
has_node() {
  command -v npm >/dev/null && [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 20 ]
}

has_prometheus() {
  command -v prometheus >/dev/null && command -v promtool >/dev/null
}

has_redis() {
  command -v redis-server >/dev/null
}

has_alertmanager() {
  command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null
}

has_chromium() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

has_systemd() {
  command -v systemd-analyze >/dev/null
}

# server: where a server of servers/ is built to. Another go.mod is another file: servers.go finds it by the same name.
server() {
  echo "../.tools/$1-$(sha256sum <"servers/$1/go.mod" | cut -c1-12)"
}

# CI=true makes these failures of the tests themselves.
missing() {
  has_node && [ -d clients/node_modules ] || echo "left out: the tests with live clients (Node.js 20 or later and npm are missing)"
  [ -d browser/node_modules ] || echo "left out: the test of the page for people who cannot see it well (Node.js 20 or later and npm are missing)"
  has_chromium || echo "left out: the tests of the page in a browser (chromium is missing)"
  has_prometheus || echo "left out: the tests with a Prometheus server (prometheus and promtool are missing)"
  has_redis || echo "left out: the tests with a Redis server (redis-server is missing)"
  has_alertmanager || echo "left out: the tests with an Alertmanager (prometheus-alertmanager and amtool are missing)"
  has_systemd || echo "left out: the test of the systemd unit (systemd-analyze is missing)"
  [ -x "$(server victorialogs)" ] || echo "left out: the test with a VictoriaLogs server (it could not be built)"
  [ -x "$(server jaeger)" ] || echo "left out: the test with a Jaeger server (it could not be built)"
}

servers() {
  build_server victorialogs github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs
  build_server jaeger github.com/jaegertracing/jaeger/cmd/all-in-one
}

# build_server: without it the tests that need it are left out, and in CI fail.
build_server() {
  local to
  to=$(server "$1")
  [ ! -x "$to" ] || return 0
  mkdir -p ../.tools
  (cd "servers/$1" && CGO_ENABLED=0 retry go build -ldflags=-s -o "../../$to.new" "$2") && mv "$to.new" "$to" && return
  [ "${CI:-}" != true ]
}

packages() {
  if ! has_node; then
    echo "test/setup.sh: Node.js 20 or later with npm is missing: the tests with live clients need it" >&2
    return
  fi
  # npm writes node_modules/.package-lock.json last: newer than the lock means installed, and complete.
  local dir
  for dir in clients browser; do
    if [ ! $dir/node_modules/.package-lock.json -nt $dir/package-lock.json ]; then
      (cd $dir && retry npm ci --ignore-scripts --loglevel=error)
    fi
  done
}

debian() {
  local packages=()
  has_prometheus || packages+=(prometheus)
  has_redis || packages+=(redis-server)
  has_alertmanager || packages+=(prometheus-alertmanager)
  has_chromium || packages+=(chromium)
  has_systemd || packages+=(systemd)
  [ ${#packages[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "test/setup.sh: please install ${packages[*]}" >&2
    return
  fi
  export DEBIAN_FRONTEND=noninteractive
  retry apt-get update -qq
  retry no_services apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

# no_services runs a command while Debian's packages may not start what they install. A policy that is there already stays.
no_services() {
  local policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  local status=0
  "$@" || status=$?
  rm -f "$policy"
  return "$status"
}

if [ "${1:-}" = --missing ]; then
  missing
  exit
fi
packages
debian
servers
