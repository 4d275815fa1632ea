#!/bin/sh
# From nothing to a report: installs what is missing, builds, and runs the main job on what ships with
# the project.  Usage: sh share/quickstart.sh
set -eu
. "$(dirname -- "$0")/setup.sh"

# shellcheck disable=SC2086
install_packages $build_packages

say "Building into build/release"
cd "$root"
cmake --preset release -DZEROTH_TESTS=OFF >/dev/null
cmake --build --preset release

say "Running share/experiments/quickstart.toml"
PATH=$root/build/release/bin:$PATH
zeroth run share/experiments/quickstart.toml -o build/quickstart.zeroth
zeroth report build/quickstart.zeroth -o build/quickstart.html --overwrite

cat <<END

The report is $root/build/quickstart.html: open it in a browser.  The results are in
build/quickstart.zeroth.  Next:
  build/release/bin/zeroth export build/quickstart.zeroth --csv build/quickstart-csv
  build/release/bin/zeroth list
  build/release/bin/zeroth --help
END
