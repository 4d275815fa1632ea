# Sourced by quickstart.sh and test.sh: the packages, and where the project is.
# Wants Debian 12 or later, as root or with sudo.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

# To build and run; the reasons are in share/doc/dependencies.md.
build_packages="g++ cmake ninja-build libboost-dev libboost-filesystem-dev libboost-program-options-dev
  libeigen3-dev libfmt-dev libnlopt-dev libpng-dev libsqlite3-dev libtbb-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev"
# To test; libpagmo-dev (85 MB) gives an optional plugin.
test_packages="catch2 chromium clang clang-format clang-tidy libclang-rt-dev libpagmo-dev make pkg-config python3-minimal"

say() { printf '\n== %s\n' "$*"; }

# Installs those of the packages that are missing.
install_packages() {
  missing=
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      *"ok installed") ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  say "Installing:$missing"
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing and there is no sudo; as root: apt-get install$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  $as_root apt-get update -qq
  # shellcheck disable=SC2086  # one word for each package
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
