#!/usr/bin/env bash
# Installs what the end-to-end tests need and is quick when it is there: the client libraries under clients/ (pinned by
# package-lock.json), and Prometheus with promtool from Debian, where this runs as root on such a machine. `make test` calls it.
set -euo pipefail
cd "$(dirname "$0")"

clients() {
  if ! command -v npm >/dev/null; then
    echo "test/setup.sh: npm is missing: the live-client tests need Node.js 20 or later" >&2
    return
  fi
  # npm writes node_modules/.package-lock.json last: newer than the lock means installed, and complete.
  if [ ! clients/node_modules/.package-lock.json -nt clients/package-lock.json ]; then
    (cd clients && npm ci --ignore-scripts --loglevel=error)
  fi
}

debian() {
  local missing=()
  command -v prometheus >/dev/null && command -v promtool >/dev/null || missing+=(prometheus)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "test/setup.sh: please install: ${missing[*]}" >&2
    return
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  no_services apt-get install -y -qq --no-install-recommends "${missing[@]}"
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

clients
debian
