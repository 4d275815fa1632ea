#!/bin/sh
# From an empty Debian to plugins of one's own: builds the two packages in a root of the release, installs them in an empty
# one, builds the template with g++ and with clang++ and libc++ and the example in C, and runs them in a matrix.
#
# Usage: sh tests/packages.sh RELEASE FOLDER [PACKAGES]      (as root, with debootstrap and a network)
# RELEASE   bookworm or trixie.
# FOLDER    takes the roots (3 GB) and the packages.  FOLDER/RELEASE-empty is kept and used again; the other roots are made
#           anew and removed at the end.
# PACKAGES  a folder with the two packages; default: they are built in a root of the release.
set -eu
release=$1
mkdir -p "$2"
folder=$(CDPATH= cd -- "$2" && pwd)
. "$(dirname -- "$0")/../share/setup.sh"  # root, build_packages, say

apt_install="apt-get -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends"
empty=$folder/$release-empty
build=$folder/$release-build
user=$folder/$release-user
packages=${3:-$folder/$release-packages}

unmount() {
  for each in "$build" "$user"; do
    if mountpoint -q "$each/proc"; then umount "$each/proc"; fi
  done
}
finish() {
  unmount
  rm -rf --one-file-system "$build" "$user"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A copy of the empty root, ready to be entered.
new_root() {
  rm -rf --one-file-system "$1"
  cp -a "$empty" "$1"
  echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/unsafe-io"  # nobody minds if this root is lost
  mount -t proc proc "$1/proc"
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
  inside "$1" "apt-get update -qq"
}
# inside ROOT COMMAND: with nothing of our environment.
inside() {
  chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    sh -euc "$2"
}

unmount
if [ ! -d "$empty" ]; then
  say "$release: an empty root"
  debootstrap --variant=minbase "$release" "$empty.part" >"$empty.log"
  mv "$empty.part" "$empty"
fi

if [ $# -lt 3 ]; then
  say "$release: building the packages"
  new_root "$build"
  # shellcheck disable=SC2086  # one word for each package
  inside "$build" "$apt_install $(echo $build_packages) dpkg-dev file >/dev/null"
  mkdir "$build/src"
  (cd "$root" && git ls-files -z | tar -c --null -T - | tar -x -C "$build/src")
  inside "$build" "cd /src && cmake --preset package >/dev/null && cmake --build --preset package --target package >/tmp/log || { tail -20 /tmp/log; exit 1; }"
  rm -rf "$packages"
  cp -r "$build/src/build/package/packages" "$packages"
  rm -rf "$packages/_CPack_Packages"
fi
for package in "$packages"/*.deb; do
  dpkg-deb --info "$package" | sed -n 's/^ \([A-Z][A-Za-z-]*: .*\)/\1/p'
  dpkg-deb --contents "$package" | awk '{print $1, $2, $6}' | grep -v '/$' || true
done

say "$release: installing them in an empty root, with compilers"
new_root "$user"
mkdir "$user/packages"
cp "$packages"/*.deb "$user/packages/"
inside "$user" "$apt_install /packages/*.deb >/dev/null; zeroth --version; zeroth list
  $apt_install g++ clang libc++-dev libc++abi-dev cmake make >/dev/null"

# Builds and tests, compares by `zeroth run`, and leaves what the plugins computed in NAME.csv.
#   plugin NAME COMPILER FLAGS
template() {
  say "$release: the template with $2 $3"
  inside "$user" "
    cp -r /usr/share/zeroth-sdk/template /root/$1 && cd /root/$1
    CXX='$2' CXXFLAGS='$3' cmake --workflow --preset default
    for library in build/*/*.so; do
      ldd \$library | awk '{print \$1}' | grep -o 'lib[a-z+]*+*' | sort -u | tr '\n' ' '; echo
    done
    mkdir plugins && cp build/*/my_*.so plugins/
    cat >matrix.toml <<'END'
trials = 5
[budget]
queries = 4000
[[problem]]
use = \"my-problem\"
instances = 4
[[problem]]
use = \"binary-classification\"
instances = 2
[[optimizer]]
use = \"my-optimizer\"
[[optimizer]]
use = \"zo-adam\"
END
    zeroth run matrix.toml --plugin-dir plugins
    zeroth export matrix.zeroth --csv csv && cp csv/trace.csv /root/$1.csv"
}
template gxx g++ ""
template libcxx clang++ -stdlib=libc++
inside "$user" "cmp /root/gxx.csv /root/libcxx.csv && wc -l </root/gxx.csv"
echo "The same numbers from both, bit for bit."

say "$release: the example in C"
for compiler in gcc clang; do
  inside "$user" "
    cp -r /usr/share/zeroth-sdk/example_c /root/c-$compiler && cd /root/c-$compiler
    CC=$compiler cmake -B build >/dev/null && cmake --build build && ctest --test-dir build --output-on-failure
    zeroth run experiment.toml --plugin-dir build --set optimizer.compass-search.contraction=[0.3,0.5] \
      --set budget.target=0 --set budget.queries=5000 --set trials=2"
done

say "$release: zeroth new"
inside "$user" "cd /root && zeroth new optimizer trust-region && cd trust-region && cmake --workflow --preset default | tail -4"
inside "$user" "cd /root && zeroth new problem valley && cd valley && cmake --workflow --preset default | tail -4"

say "$release: removing the packages"
inside "$user" "apt-get -o Dpkg::Use-Pty=0 purge -y -qq zeroth libzeroth-dev >/dev/null; if find /usr /etc -iname '*zeroth*' | grep .; then exit 1; fi"
say "$release: all is as expected"
