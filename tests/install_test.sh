#!/bin/sh
# What `cmake --install` leaves runs from where it lies. install_test.sh CMAKE BUILD_FOLDER
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$1" --install "$2" --prefix "$place/usr" >/dev/null
assay=$place/usr/bin/assay
"$assay" --version
"$assay" doctor
"$place/usr/bin/assay-synth" --help >/dev/null
bash -n "$place/usr/share/bash-completion/completions/assay"
# The units name the program by where a package puts it.
for unit in "$place"/usr/lib/systemd/system/assay-*.service; do
  grep -q '^ExecStart=/usr/bin/assay ' "$unit"
done
