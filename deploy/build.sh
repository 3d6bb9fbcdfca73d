#!/usr/bin/env bash
# Builds both binaries and shows how far it is. The first build compiles the
# Temporal server and its dependencies, about 1,800 packages.
set -euo pipefail
cd "$(dirname "$0")/.."
ldflags="$*"
mkdir -p bin

build() {
	local target=$1 count=0 line started=$SECONDS
	printf '==> building bin/%s\n' "$target"
	# -v prints a line per compiled package; anything else is an error message.
	go build -v -ldflags "$ldflags" -o "bin/$target" "./cmd/$target" 2>&1 |
		while IFS= read -r line; do
			if [[ $line =~ ^[a-zA-Z0-9._~/-]+$ ]]; then
				count=$((count + 1))
				if [ -t 1 ]; then
					printf '\r    %4d packages compiled, %3d s' "$count" $((SECONDS - started))
				elif [ $((count % 100)) -eq 0 ]; then
					printf '    %4d packages compiled, %3d s\n' "$count" $((SECONDS - started))
				fi
			else
				case "$line" in
				"go: downloading "*) if [ -t 1 ]; then printf '\r\033[K    %s' "$line"; fi ;;
				*) printf '\n%s\n' "$line" ;;
				esac
			fi
		done
	if [ -t 1 ]; then printf '\r\033[K'; fi
	printf '    done in %d s, %d MB\n' $((SECONDS - started)) $(($(wc -c <"bin/$target") / 1000000))
}

if [ ! -d "$(go env GOCACHE)" ] || [ ! -e bin/standalone ]; then
	echo "The first build compiles the Temporal server: about five minutes on two cores. Later ones take seconds."
fi
build streamsuites
build standalone
