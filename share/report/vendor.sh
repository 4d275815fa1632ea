#!/bin/sh
# Refreshes share/report/vendor: the chart library that `zeroth report` embeds into its pages, from npm.
# Usage: sh share/report/vendor.sh       (wants npm; neither building nor testing does)
# Versions are named here alone.  Each file starts with its licence, so that every page carries it.
set -eu
cd "$(dirname -- "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# fetch PACKAGE VERSION FILE NAME: the file of the package's dist becomes vendor/NAME.
fetch() {
  tarball=$(cd "$scratch" && npm pack --silent "$1@$2")
  tar -xzf "$scratch/$tarball" -C "$scratch"
  { echo '/*'; cat "$scratch/package/LICENSE"; echo '*/'; cat "$scratch/package/dist/$3"; } >"vendor/$4"
  rm -r "$scratch/package"
}

mkdir -p vendor
fetch d3 7.9.0 d3.min.js d3.js
fetch @observablehq/plot 0.6.17 plot.umd.min.js plot.js
sha256sum vendor/*.js
