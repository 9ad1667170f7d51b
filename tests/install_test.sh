#!/bin/sh
# What `cmake --install` leaves runs from where it lies. install_test.sh CMAKE BUILD_FOLDER
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$1" --install "$2" --prefix "$place/usr" >/dev/null
assay=$place/usr/bin/assay
"$assay" --version
"$assay" doctor
# What is loaded when it is asked for is found there; where it is not, that is said, and the rest goes on without.
"$assay" bench speed --megapixels 1 --runs 1 --yardstick >/dev/null
bridge=$(find "$place/usr" -name libassay_opencv.so)
mv "$bridge" "$place"
if "$assay" doctor >"$place/said"; then exit 1; fi
grep -q '^BAD .* libassay_opencv.so cannot be loaded' "$place/said"
"$assay" bench speed --megapixels 1 --runs 1 >/dev/null
mv "$place/libassay_opencv.so" "$bridge"
"$place/usr/bin/assay-synth" --help >/dev/null
bash -n "$place/usr/share/bash-completion/completions/assay"
# The units name the program by where a package puts it.
for unit in "$place"/usr/lib/systemd/system/assay-*.service; do
  grep -q '^ExecStart=/usr/bin/assay ' "$unit"
done
