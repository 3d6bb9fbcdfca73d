#!/usr/bin/env bash
# Runs every test: with the race detector where the test does not link the
# Temporal server, whose instrumented build takes a quarter of an hour, and
# without it where it does. The tests of the whole system come last and alone:
# they start everything and judge what a person would see.
set -euo pipefail
cd "$(dirname "$0")/.."

server=$(go list -test -f '{{if .ForTest}}{{range .Deps}}{{if eq . "go.temporal.io/server/temporal"}}{{$.ForTest}}{{"\n"}}{{end}}{{end}}{{end}}' ./... | sort -u | sed '/^$/d')
whole=$(go list ./e2e/...)
rest=$(go list ./... | grep -v -x -F "$server"$'\n'"$whole")

# Built here, so that its minutes do not count as a test's.
deploy/temporal-cli.sh >/dev/null

status=0
echo "==> with the race detector"
# shellcheck disable=SC2086 # a list of packages
CGO_ENABLED=1 go test -race -timeout 20m "$@" $rest || status=1
echo "==> with the Temporal server"
# One package at a time: each starts a server and a Postgres of its own.
# shellcheck disable=SC2086
go test -p 1 -timeout 20m "$@" $server || status=1
echo "==> the whole system"
# shellcheck disable=SC2086
go test -parallel 2 -timeout 40m "$@" $whole || status=1
exit $status
