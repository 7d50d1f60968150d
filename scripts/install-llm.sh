#!/usr/bin/env bash
# Sets up the model server as a system service, and builds its engines from source.
#
#   install-llm.sh install MODEL [THREADS] [CTX] [OPTION…]    the service, with this model
#   install-llm.sh configure [MODEL [THREADS] [CTX]] [OPTION…]
#   install-llm.sh switch MODEL                           back to the old one if it fails
#   install-llm.sh status [--json]
#   install-llm.sh uninstall
#   install-llm.sh build [--prefix DIR] [--cache DIR]     the native llama-server
#   install-llm.sh wheel [--install PYTHON] [--cache DIR] llama-cpp-python
#
# OPTION: --engine NAME, --parallel N, --idle-timeout TIME (0: never unload), --always-on or
# --no-always-on, --kv-cache-type f16|q8_0|q4_0, --copy (to /var/lib/cortex/models), --dry-run.
# A model is read, sized and has given a real token before anything of the service is touched: in
# the service's sandbox, to the service's user. One that others than root can change is refused.
#
# build and wheel take the llama.cpp sources out of the source package of llama-cpp-python, the one
# place on PyPI that has them. They are kept in a cache and not built twice. A llama-server
# counts as built only when `cortex-llm check` has had a real token from it.
#
# To add a subcommand: a function cmd_NAME, a line in usage, its name in the case at the end.
set -euo pipefail
umask 022 # root runs what is built here

VERSION=${CORTEX_LLAMA_CPP_PYTHON_VERSION:-0.3.36}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cortex
CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
WORK=
PYTHON=

usage() {
    sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

say() { printf 'install-llm: %s\n' "$*" >&2; }

die() {
    say "error: $1"
    [ $# -lt 2 ] || say "hint: $2"
    exit 1
}

bad_usage() {
    say "error: $1"
    usage >&2
    exit 2
}

cleanup() { [ -z "$WORK" ] || rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The value of an option, or a usage error: value --prefix "$@"
value() {
    if [ $# -lt 3 ] || [ -z "$3" ]; then
        bad_usage "$1 needs a value"
    fi
    printf '%s' "$3"
}

find_python() {
    local candidate
    for candidate in "${CORTEX_PYTHON:-}" "$CHECKOUT/.venv/bin/python" python3; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    die "no Python 3.11 or later was found" "apt-get install python3 python3-venv, or set CORTEX_PYTHON"
}

# Packages by apt when we are root; otherwise say which.
need_packages() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $* with apt-get"
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 ||
            { apt-get update >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2; } ||
            die "apt-get could not install $*"
    else
        die "missing: $*" "sudo apt-get install $*"
    fi
}

# A compiler, and a private environment with pip; cmake and ninja from there if the machine
# has none. Leaves PATH pointing at them.
prepare_tools() {
    PYTHON=$(find_python)
    command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null ||
        need_packages g++ libc6-dev
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/cortex-build-XXXXXX")
    "$PYTHON" -m venv "$WORK/env" >&2 || need_packages python3-venv
    [ -x "$WORK/env/bin/pip" ] || "$PYTHON" -m venv "$WORK/env" >&2
    "$CHECKOUT/scripts/pip-locked" "$WORK/env/bin/python" install engines >&2 ||
        die "pip could not install the tools that requirements/engines.txt lists"
    if ! { command -v cmake && command -v ninja; } >/dev/null; then
        say "cmake and ninja are those of requirements/engines.txt, for this build only"
        PATH=$WORK/env/bin:$PATH
    fi
}

# The source package, downloaded once; prints its path.
sources() {
    local folder=$CACHE/sources
    local file=$folder/llama_cpp_python-$VERSION.tar.gz
    local expected
    expected=$(expected_hash)
    if [ ! -f "$file" ]; then
        say "downloading the source package llama-cpp-python $VERSION"
        mkdir -p "$folder"
        printf 'llama-cpp-python==%s --hash=sha256:%s\n' "$VERSION" "$expected" >"$WORK/source.txt"
        "$CHECKOUT/scripts/pip-locked" "$WORK/env/bin/python" source "$WORK/source.txt" "$WORK/download" >&2 ||
            die "pip could not download llama-cpp-python $VERSION"
        mv "$WORK"/download/llama_cpp_python-*.tar.gz "$file"
    fi
    # again from the cache: what lies there may have been changed since
    printf '%s  %s\n' "$expected" "$file" | sha256sum --check --status ||
        die "$file has not the SHA-256 $expected of requirements/llama-cpp-source.txt" "remove it; it is downloaded again"
    printf '%s' "$file"
}

# The SHA-256 of the sources: that of the lock, or for another version the one that is given.
expected_hash() {
    local hash=${CORTEX_LLAMA_CPP_PYTHON_SHA256:-} lock=$CHECKOUT/requirements/llama-cpp-source.txt
    if [ -z "$hash" ] && grep -qsF "llama-cpp-python==$VERSION " "$lock"; then
        hash=$(sed -n 's/.*--hash=sha256:\([0-9a-f]\{64\}\).*/\1/p' "$lock")
    fi
    [[ $hash =~ ^[0-9a-f]{64}$ ]] || die "the SHA-256 of the sources of llama-cpp-python $VERSION is unknown" \
        "set CORTEX_LLAMA_CPP_PYTHON_SHA256 to what you have checked"
    printf '%s' "$hash"
}

# Run quietly; show the end of the log when it fails: logged NAME COMMAND…
logged() {
    local step=$1 log=$WORK/$1.log
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        die "the step $step failed; the end of its log is above"
    }
}

cmd_build() {
    local prefix=
    while [ $# -gt 0 ]; do
        case $1 in
        --prefix) prefix=$(value --prefix "$@") ;;
        --cache) CACHE=$(value --cache "$@") ;;
        *) bad_usage "build does not know $1" ;;
        esac
        shift 2
    done
    local kept=$CACHE/llama-server/$VERSION
    if [ -x "$kept/llama-server" ]; then
        say "llama-server $VERSION is built already: $kept/llama-server"
    else
        build_server "$kept"
    fi
    [ -z "$prefix" ] || install_server "$kept" "$prefix"
    printf '%s\n' "$kept/llama-server"
}

# Every CPU variant is built and chosen at run time, so that the result runs on any x86-64
# or aarch64. No curl, no TLS, no web page: the server is local.
build_server() {
    local kept=$1 started=$SECONDS
    prepare_tools
    local archive
    archive=$(sources)
    say "building llama-server $VERSION with $(nproc) jobs; this takes some minutes"
    mkdir "$WORK/source"
    tar -xzf "$archive" -C "$WORK/source" --strip-components=1
    # a version of its own: cmake would ask git, and find whatever repository is around
    logged configure cmake -S "$WORK/source/vendor/llama.cpp" -B "$WORK/build" -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON "-DCMAKE_INSTALL_RPATH=\$ORIGIN" \
        -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON \
        -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_TOOLS=ON \
        -DLLAMA_BUILD_NUMBER=0 "-DLLAMA_BUILD_COMMIT=llama-cpp-python-$VERSION"
    logged build cmake --build "$WORK/build" --target llama-server --parallel "$(nproc)"

    local fresh=$kept.partial
    rm -rf "$fresh"
    mkdir -p "$fresh"
    cp -a "$WORK"/build/bin/llama-server "$WORK"/build/bin/*.so* "$fresh/"
    # The one variant with AMX: some virtual machines advertise it and do not permit it, and
    # the server dies of SIGSEGV there. The next best variant runs everywhere.
    rm -f "$fresh/libggml-cpu-sapphirerapids.so"
    cp "$WORK/source/vendor/llama.cpp/LICENSE" "$fresh/LICENSE"
    prove "$fresh" || {
        rm -rf "$fresh"
        die "the new llama-server gave no token; it was not kept"
    }
    rm -rf "$kept"
    mv "$fresh" "$kept"
    say "built $kept/llama-server in $((SECONDS - started)) s"
}

# One real token from the server in folder $1.
prove() {
    (
        cd "$CHECKOUT"
        "$PYTHON" -c 'import sys; from tests.support.tiny_gguf import write_model; write_model(sys.argv[1])' "$WORK/tiny.gguf"
        export CORTEX_LLM_ENV_FILE=/dev/null CORTEX_LLM_ENGINE=llama-server
        export CORTEX_LLM_SERVER=$1/llama-server CORTEX_LLM_MODEL_PATH=$WORK/tiny.gguf
        export CORTEX_LLM_HOST=$WORK/llm.sock
        "$PYTHON" -m cortex_llm check >&2
    )
}

install_server() {
    local kept=$1 folder=$2/lib/cortex-llama-server
    mkdir -p "$folder" "$2/bin" || die "cannot write to $2" "run as root, or choose another --prefix"
    cp -rP "$kept/." "$folder/" # root's own, whoever built them
    chmod -R u=rwX,go=rX "$folder"
    ln -sfn "$folder/llama-server" "$2/bin/llama-server"
    say "installed $2/bin/llama-server"
}

cmd_wheel() {
    local target=
    while [ $# -gt 0 ]; do
        case $1 in
        --install) target=$(value --install "$@") ;;
        --cache) CACHE=$(value --cache "$@") ;;
        *) bad_usage "wheel does not know $1" ;;
        esac
        shift 2
    done
    local wheel
    wheel=$(find_wheel)
    if [ -n "$wheel" ]; then
        say "llama-cpp-python $VERSION is built already: $wheel"
    else
        build_wheel
        wheel=$(find_wheel)
    fi
    if [ -n "$target" ]; then
        { "$CHECKOUT/scripts/pip-locked" "$target" install llama-cpp-python >&2 &&
            "$target" -m pip install --isolated --quiet --disable-pip-version-check --no-deps --no-index "$wheel" >&2; } ||
            die "pip could not install $wheel into the environment of $target"
        say "installed llama-cpp-python $VERSION into the environment of $target"
    fi
    printf '%s\n' "$wheel"
}

find_wheel() {
    local found=("$CACHE"/wheels/llama_cpp_python-"$VERSION"-*.whl)
    [ ! -f "${found[0]}" ] || printf '%s' "${found[0]}"
}

build_wheel() {
    local started=$SECONDS
    prepare_tools
    local archive
    archive=$(sources)
    say "building the wheel of llama-cpp-python $VERSION; this takes some minutes"
    # not -march=native, for the reason above; AVX2 is the default then
    CMAKE_ARGS="-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DLLAMA_OPENSSL=OFF" \
        CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) \
        logged wheel "$WORK/env/bin/pip" wheel --isolated --disable-pip-version-check --no-cache-dir --no-deps --no-index --no-build-isolation \
        --wheel-dir "$WORK/wheels" "$archive"
    mkdir -p "$CACHE/wheels"
    mv "$WORK"/wheels/llama_cpp_python-*.whl "$CACHE/wheels/"
    say "built the wheel in $((SECONDS - started)) s"
    cleanup
    WORK=
}

# What concerns the service is done by the program itself, the installed one if there is one.
service() {
    local program
    for program in "$CHECKOUT/bin/cortex-llm" /opt/cortex/bin/cortex-llm /usr/bin/cortex-llm; do
        [ ! -x "$program" ] || exec "$program" service "$@"
    done
    if [ "$1" != install ] || [ ! -x "$CHECKOUT/scripts/install.sh" ]; then
        die "Cortex is not installed on this system" "sudo scripts/install.sh"
    fi
    "$CHECKOUT/scripts/install.sh"
    exec /opt/cortex/bin/cortex-llm service "$@"
}

[ $# -gt 0 ] || bad_usage "no subcommand was given"
subcommand=$1
shift
case $subcommand in
install | configure | switch | status | uninstall) service "$subcommand" "$@" ;;
build | wheel) "cmd_$subcommand" "$@" ;;
help | -h | --help) usage ;;
*) bad_usage "unknown subcommand $subcommand" ;;
esac
