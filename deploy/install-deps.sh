#!/usr/bin/env bash
# Installs what StreamSuites needs beside Go: FFmpeg, PostgreSQL's server
# binaries (no system cluster is created or started) and Chromium.
# Does nothing where everything is there. --with-compiler adds gcc, which the
# race detector needs; --with-node adds Node and npm, which the benchmarks need
# and the tests that run independent clients against the simulators.
set -euo pipefail

compiler=false
node=false
for option in "$@"; do
	case "$option" in
	--with-compiler) compiler=true ;;
	--with-node) node=true ;;
	*)
		echo "install-deps.sh: there is no option $option" >&2
		exit 2
		;;
	esac
done

have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() {
	have initdb && have postgres && return 0
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
		compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' >/dev/null ||
		compgen -G '/usr/local/opt/postgresql*/bin/initdb' >/dev/null
}
have_chromium() { have chromium || have chromium-browser || have google-chrome || [ -d '/Applications/Google Chrome.app' ]; }

if ! have go; then
	echo "Go is not installed. Install Go 1.26 or newer from https://go.dev/dl and try again." >&2
	exit 1
fi

missing=()
have ffmpeg && have ffprobe || missing+=(ffmpeg)
have_postgres || missing+=(postgresql)
have_chromium || missing+=(chromium)
if $compiler && ! have gcc; then missing+=(gcc); fi
if $node && ! { have node && have npm; }; then missing+=(node); fi
[ ${#missing[@]} -eq 0 ] && exit 0

echo "==> installing: ${missing[*]}"

if have apt-get; then
	sudo=()
	if [ "$(id -u)" -ne 0 ]; then
		if ! have sudo; then
			echo "Neither root nor sudo: ask an administrator to install the Debian packages: ffmpeg postgresql chromium gcc libc6-dev" >&2
			exit 1
		fi
		sudo=(sudo)
	fi
	log=$(mktemp)
	# What apt says is shown only when it fails.
	apt() {
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 || {
			tail -n 20 "$log" >&2
			return 1
		}
	}
	apt update
	for package in "${missing[@]}"; do
		case "$package" in
		postgresql)
			# postgresql-common creates and starts a cluster for every server
			# package unless it is told not to; the setting is put back after.
			apt install -y --no-install-recommends postgresql-common
			conf=/etc/postgresql-common/createcluster.conf
			kept=$(mktemp)
			cp "$conf" "$kept"
			"${sudo[@]}" sh -c "sed -i '/^[# ]*create_main_cluster/d' $conf && echo 'create_main_cluster = false' >> $conf"
			status=0
			apt install -y --no-install-recommends postgresql || status=$?
			"${sudo[@]}" cp "$kept" "$conf"
			rm -f "$kept"
			[ "$status" -eq 0 ] || exit "$status"
			;;
		chromium)
			# Ubuntu has Chromium as a snap only; the rest works without it.
			apt install -y --no-install-recommends chromium || {
				echo "Chromium could not be installed as a package; everything but browser-driven platforms works without it." >&2
			}
			;;
		gcc) apt install -y --no-install-recommends gcc libc6-dev ;;
		node) apt install -y --no-install-recommends nodejs npm ;;
		*) apt install -y --no-install-recommends "$package" ;;
		esac
	done
elif have brew; then
	for package in "${missing[@]}"; do
		case "$package" in
		postgresql) brew install postgresql@17 ;;
		chromium) brew install --cask chromium || true ;;
		*) brew install "$package" ;;
		esac
	done
else
	echo "No apt-get and no brew here. Install these yourself and try again:" >&2
	echo "  ffmpeg (with ffprobe), PostgreSQL 12 or newer (initdb and postgres), Chromium${compiler:+, a C compiler}" >&2
	exit 1
fi

have ffmpeg && have_postgres || {
	echo "FFmpeg or PostgreSQL is still missing after the installation; look at the messages above." >&2
	exit 1
}
