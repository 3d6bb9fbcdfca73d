#!/usr/bin/env bash
# Prints the path of Temporal's own command line, which the tests of retries
# run as operators do. TEMPORAL_CLI names one that exists; otherwise it is built
# into bin/tools/, if it is not there. The first build takes some minutes, it
# compiles the server that this tool contains; go.mod is not touched.
#
# 1.5.1 is the newest version that `go install` can build: later ones have
# replacements in their go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v1.5.1

if [ -n "${TEMPORAL_CLI:-}" ]; then
	[ -x "$TEMPORAL_CLI" ] || {
		echo "TEMPORAL_CLI is $TEMPORAL_CLI, which is no program: let it name Temporal's command line, or unset it to have it built." >&2
		exit 1
	}
	echo "$TEMPORAL_CLI"
	exit 0
fi

bin=$PWD/bin/tools/cli-$version
if ! [ -x "$bin/temporal" ]; then
	echo "==> building Temporal's command line $version into bin/tools; the first time takes minutes" >&2
	# Outside of this module, so that its go.mod does not count.
	(cd / && CGO_ENABLED=0 GOFLAGS='' GOBIN=$bin go install "github.com/temporalio/cli/cmd/temporal@$version") >&2 || {
		echo "Temporal's command line could not be built; set TEMPORAL_CLI to one that is installed." >&2
		exit 1
	}
fi
echo "$bin/temporal"
