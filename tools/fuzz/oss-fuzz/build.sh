#!/usr/bin/env bash
# Builds the fuzz targets as OSS-Fuzz asks for them: with its compiler ($CC) and flags ($CFLAGS, $CXXFLAGS,
# $LIB_FUZZING_ENGINE), into $OUT, each with its dictionary and, as a zip, what it begins with. Runs in the
# repository's root, as the image has it:
#   OUT=/tmp/out CC=clang CFLAGS="-O1 -fsanitize=address,fuzzer-no-link" CXXFLAGS="$CFLAGS" \
#       LIB_FUZZING_ENGINE=-fsanitize=fuzzer tools/fuzz/oss-fuzz/build.sh
set -euo pipefail

# Bazel links with the C compiler, which leaves out what sanitizers know of C++.
flags=(--define=fuzz=libfuzzer --config=sanitizer --repo_env=CC="${CC:?}" --linkopt=-fsanitize-link-c++-runtime)
for flag in ${CFLAGS:-}; do flags+=(--conlyopt="$flag" --linkopt="$flag"); done
# C++ libraries of the system are built with gcc's C++ library.
for flag in ${CXXFLAGS:-}; do [ "$flag" = -stdlib=libc++ ] || flags+=(--cxxopt="$flag" --linkopt="$flag"); done
for flag in ${LIB_FUZZING_ENGINE:?}; do flags+=(--linkopt="$flag"); done

mapfile -t targets < <(python3 tools/fuzz/campaign.py --list)
# shellcheck disable=SC2086
bazel build ${BAZEL_FLAGS:-} "${flags[@]}" "${targets[@]}" //testdata:exported_programs //testdata:pickles
for target in "${targets[@]}"; do
  name=${target##*:} folder=${target#//}
  cp "bazel-bin/${folder%%:*}/$name" "${OUT:?}/"
done
python3 tools/fuzz/campaign.py --begin "$OUT"
