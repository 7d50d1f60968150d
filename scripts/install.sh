#!/usr/bin/env bash
# Installs Cortex on this machine, or upgrades it in place.
#
#   install.sh [--prefix DIR] [--wheels DIR] [--python PYTHON] [--no-start] [--dry-run]
#
#   --prefix DIR     where to install the program (default /opt/cortex)
#   --wheels DIR     take every package from this folder; needs no network (see pip-locked)
#   --python PYTHON  the interpreter, 3.11 or later, outside home folders
#   --no-start       install, but start nothing
#   --dry-run        print what would be done, and do nothing
#
# With DESTDIR set, everything goes below that folder and nothing is started (for packages).
# Run it again to upgrade: configuration and data are kept, no requests are lost, and if the new
# version does not answer, the previous one is restored.
set -euo pipefail
# What is installed here runs as root: nobody else may change it, and everybody may read it,
# whatever the caller's umask is.
umask 022

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PREFIX=/opt/cortex
DESTDIR=${DESTDIR:-}
WHEELS=
PYTHON=${CORTEX_PYTHON:-}
START=yes
DRY=
SHARE=/usr/local/share
UNITS=/usr/local/lib/systemd/system
SERVICES=(cortexd.socket cortexd.service cortex-llm-proxy.socket)
NEEDED_MIB=400      # a virtual environment with the wheel of the model server
VERIFY_SECONDS=20   # cortexd is ready in a quarter of a second, later on slow disks

say() { printf 'install: %s\n' "$*" >&2; }

die() {
    say "error: $1"
    [ $# -lt 2 ] || say "hint: $2"
    exit 1
}

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

# Run a command, or only print it.
run() {
    if [ -n "$DRY" ]; then
        printf 'would run: %s\n' "$*"
    else
        "$@"
    fi
}

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
        --prefix | --wheels | --python)
            if [ $# -lt 2 ] || [ -z "$2" ]; then
                say "error: $1 needs a value"
                usage >&2
                exit 2
            fi
            case $1 in
            --prefix) PREFIX=${2%/} ;;
            --wheels) WHEELS=$2 ;;
            --python) PYTHON=$2 ;;
            esac
            shift 2 ;;
        --no-start) START=; shift ;;
        --dry-run) DRY=yes; shift ;;
        -h | --help) usage; exit 0 ;;
        *) say "error: unknown option $1"; usage >&2; exit 2 ;;
        esac
    done
    case $PREFIX in /*) ;; *) say "error: --prefix must be an absolute path"; exit 2 ;; esac
    [ -z "$DESTDIR" ] || START=
}

# Whether the services can use this interpreter: new enough, complete, not in a home folder.
python_fits() {
    local real
    command -v "$1" >/dev/null || return 1
    real=$("$1" -c 'import sys; assert sys.version_info >= (3, 11); import os; print(os.path.realpath(sys.base_prefix))' 2>/dev/null) || return 1
    case $real in "" | /home/* | /root/* | /root) return 1 ;; esac
}

find_python() {
    local candidate
    if [ -n "$PYTHON" ]; then
        python_fits "$PYTHON" || MISSING+=("a usable --python: $PYTHON is older than 3.11, or in a home folder, which the services cannot see")
        return
    fi
    for candidate in /usr/bin/python3 /usr/local/bin/python3 /usr/bin/python3.1{1,2,3,4} python3; do
        if python_fits "$candidate"; then
            PYTHON=$candidate
            return
        fi
    done
    MISSING+=("Python 3.11 or later outside home folders")
    PACKAGES+=(python3)
}

# Lists everything that is missing at once, with one command that installs it.
MISSING=() PACKAGES=()
preflight() {
    [ -n "$DRY$DESTDIR" ] || [ "$(id -u)" = 0 ] || MISSING+=("root permissions: run it with sudo")
    find_python
    if [ -n "$PYTHON" ] && command -v "$PYTHON" >/dev/null && ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then
        MISSING+=("Python's venv module")
        PACKAGES+=(python3-venv)
    fi
    local libraries=()
    if [ -n "$PYTHON" ] && command -v "$PYTHON" >/dev/null; then
        mapfile -t libraries < <("$PYTHON" -P "$CHECKOUT/cortex_cli/native_libraries.py" --packages)
        if [ ${#libraries[@]} -gt 0 ]; then
            MISSING+=("native libraries: ${libraries[*]}")
            PACKAGES+=("${libraries[@]}")
        fi
    else
        PACKAGES+=(python3-venv libgomp1)
    fi
    if [ -n "$START" ]; then
        if ! command -v systemctl >/dev/null; then
            MISSING+=("systemd")
            PACKAGES+=(systemd)
        elif [ ! -d /run/systemd/system ]; then
            say "systemd is not running: the services are installed but not started"
            START=
        fi
    fi
    [ -z "$WHEELS" ] || [ -d "$WHEELS" ] || MISSING+=("the folder $WHEELS given with --wheels")
    local folder=$DESTDIR$PREFIX free
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    free=$(df -Pm "$folder" | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$NEEDED_MIB" ] || MISSING+=("$NEEDED_MIB MiB of free disk space in $folder (free: $free MiB)")
    [ ${#MISSING[@]} -eq 0 ] && return
    say "error: missing:"
    printf 'install:   - %s\n' "${MISSING[@]}" >&2
    [ ${#PACKAGES[@]} -eq 0 ] || say "hint: sudo apt-get install -y ${PACKAGES[*]}"
    exit 1
}

# Creates a new environment beside the current one; sets $FRESH to its path.
make_environment() {
    FRESH=$PREFIX/env-$(date +%Y%m%d%H%M%S)-$$
    if [ -n "$DRY" ]; then say "would install the program to $FRESH"; else say "installing the program to $FRESH"; fi
    make_folder "$PREFIX"
    run "$PYTHON" -m venv "$DESTDIR$FRESH"
    local pip=("$CHECKOUT/scripts/pip-locked" "$DESTDIR$FRESH/bin/python") report=$DESTDIR$FRESH/packages.json
    if [ -n "$WHEELS" ]; then
        run "${pip[@]}" install llm --report "$report" --no-index --find-links "$WHEELS"
        run "$DESTDIR$FRESH/bin/python" -m pip install --isolated --quiet --disable-pip-version-check \
            --no-index --no-deps --find-links "$WHEELS" cortex-linux
    else
        run "${pip[@]}" install llm --report "$report"
        run "${pip[@]}" own install "$CHECKOUT"
    fi
    [ -z "$DRY" ] || return 0
    "$DESTDIR$FRESH/bin/python" -P "$CHECKOUT/scripts/write-sbom" "$report" "$DESTDIR$FRESH/sbom.cdx.json"
    rm -f "$report"
    "$DESTDIR$FRESH/bin/cortexd" --version >/dev/null || die "the new cortexd does not run"
    report=$("$DESTDIR$FRESH/bin/python" -P -m cortex_cli.native_libraries 2>&1) ||
        die "the new version cannot run: ${report%%$'\n'*}" "${report#*$'\n'}"
}

# Makes a folder with its parents; what was not there is noted for the manifest. Folders that are
# Cortex's own get their mode even if an earlier installation made them with another.
MADE=()
make_folder() {
    local folder=$1 missing=()
    while [ ! -d "$DESTDIR$folder" ]; do
        missing=("$folder" "${missing[@]}")
        folder=$(dirname "$folder")
    done
    for folder in "${missing[@]}"; do
        MADE+=("$folder/")
        run mkdir -m 755 "$DESTDIR$folder"
    done
    case $1 in
    "$PREFIX" | "$PREFIX"/* | */cortex-llm.service.d | */cortex-linux)
        [ -n "$DRY" ] || chmod 755 "$DESTDIR$1" ;;
    esac
}

# Install SOURCE as DEST with MODE, with the paths of this installation.
place() {
    local source=$1 dest=$DESTDIR$2 mode=$3
    if [ -n "$DRY" ]; then
        printf 'would install: %s (%s)\n' "$dest" "$mode"
        return
    fi
    make_folder "$(dirname "$2")"
    sed -e "s|/opt/cortex/|$PREFIX/|g" -e "s|/usr/share/doc/cortex-linux|$SHARE/doc/cortex-linux|g" \
        "$source" >"$dest.new" || { rm -f "$dest.new"; return 1; }
    chmod "$mode" "$dest.new"
    mv -f "$dest.new" "$dest"
    printf '%s\n' "$2" >>"$DESTDIR$PREFIX/manifest.new"
}

place_files() {
    local file
    [ -n "$DRY" ] || : >"$DESTDIR$PREFIX/manifest.new"
    for file in "$CHECKOUT"/systemd/*.service "$CHECKOUT"/systemd/*.socket; do
        place "$file" "$UNITS/${file##*/}" 644
    done
    place "$CHECKOUT/systemd/cortex-llm.service.d/10-on-demand.conf" "$UNITS/cortex-llm.service.d/10-on-demand.conf" 644
    place "$CHECKOUT/systemd/sysusers.d/cortex.conf" /usr/local/lib/sysusers.d/cortex.conf 644
    place "$CHECKOUT/systemd/tmpfiles.d/cortex.conf" /usr/local/lib/tmpfiles.d/cortex.conf 644
    # Debian 12's polkit reads local rules from /etc only
    place "$CHECKOUT/systemd/polkit/50-cortex.rules" /etc/polkit-1/rules.d/50-cortex.rules 644
    for file in "$CHECKOUT"/docs/man/*.[18]; do
        [ ! -f "$file" ] || place "$file" "$SHARE/man/man${file##*.}/${file##*/}" 644
    done
    for file in operations engines security; do
        [ ! -f "$CHECKOUT/docs/$file.md" ] || place "$CHECKOUT/docs/$file.md" "$SHARE/doc/cortex-linux/$file.md" 644
    done
    for file in install-llm.sh uninstall.sh setup_daemon.py pip-locked; do
        [ ! -f "$CHECKOUT/scripts/$file" ] || place "$CHECKOUT/scripts/$file" "$PREFIX/scripts/$file" 755
    done
    place_modules
    for file in engines llama-cpp-python llama-cpp-source; do
        place "$CHECKOUT/requirements/$file.txt" "$PREFIX/requirements/$file.txt" 644
    done
    place_completion bash "$SHARE/bash-completion/completions/cortex"
    place_completion zsh "$SHARE/zsh/site-functions/_cortex"
    # fish looks below /usr/local only where XDG_DATA_DIRS names it, which logins without a desktop lack
    place_completion fish /etc/fish/completions/cortex.fish
}

# The original project's modules, for programs that the system's Python runs.
place_modules() {
    local folder
    folder=$("$PYTHON" -c 'import sys, sysconfig; print("" if sys.prefix != sys.base_prefix else sysconfig.get_path("purelib"))')
    [ -n "$folder" ] || return 0
    if [ -e "$DESTDIR$folder/cortex" ] && ! grep -qsF "$folder/cortex/" "$DESTDIR$PREFIX/manifest"; then
        say "$folder/cortex belongs to another program; for Cortex's modules use $PREFIX/bin/python3"
        return 0
    fi
    place "$CHECKOUT/packaging/cortex_modules.py" "$folder/cortex/__init__.py" 644
}

place_completion() {
    local made
    [ -z "$DRY" ] || { printf 'would install: %s (644)\n' "$DESTDIR$2"; return; }
    made=$(mktemp)
    if "$DESTDIR$FRESH/bin/cortex" completion "$1" >"$made" 2>/dev/null; then
        place "$made" "$2" 644
    else
        say "no completion for $1: this version has none"
    fi
    rm -f "$made"
}

NEW_KEY= # set where the model server, if it runs, does not know the key
# Files that administrators edit are created once and never changed.
place_configuration() {
    [ -z "$DRY" ] || { printf 'would keep or create: %s/etc/cortex/{llm.env,llm.key}\n' "$DESTDIR"; return; }
    local folder=$DESTDIR/etc/cortex
    mkdir -p "$folder"
    chmod 755 "$folder"
    if [ ! -e "$folder/llm.env" ]; then
        (umask 077 && cp "$CHECKOUT/etc/llm.env" "$folder/llm.env.new")
        mv -f "$folder/llm.env.new" "$folder/llm.env"
    fi
    # an interrupted creation by an earlier version may have left a key without a character
    if ! grep -qs '[^[:space:]]' "$folder/llm.key"; then
        [ ! -e "$folder/llm.key" ] || say "$folder/llm.key was empty: a new key was created"
        (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$folder/llm.key.new")
        mv -f "$folder/llm.key.new" "$folder/llm.key"
        NEW_KEY=yes
    fi
    chmod 600 "$folder/llm.env" "$folder/llm.key"
}

# Point bin/ at an environment, atomically.
switch_to() {
    run ln -sfn "$1/bin" "$DESTDIR$PREFIX/bin.new"
    run mv -fT "$DESTDIR$PREFIX/bin.new" "$DESTDIR$PREFIX/bin"
}

link_commands() {
    local name
    make_folder /usr/local/bin
    for name in cortex cortexd cortex-llm; do
        run ln -sfn "$PREFIX/bin/$name" "$DESTDIR/usr/local/bin/$name"
        [ -n "$DRY" ] || printf '/usr/local/bin/%s\n' "$name" >>"$DESTDIR$PREFIX/manifest.new"
    done
}

# The manifest, which is all that uninstall.sh removes: files, PATH/ for a folder that was made
# here, PATH/* for a whole environment.
complete_manifest() {
    local fresh=$DESTDIR$PREFIX/manifest.new env
    printf '%s\n' "$PREFIX/bin" >>"$fresh"
    for env in "$DESTDIR$PREFIX"/env-*; do
        printf '%s/*\n' "${env#"$DESTDIR"}" >>"$fresh"
    done
    # folders of the first installation are still Cortex's after an upgrade
    { printf '%s\n' "${MADE[@]}"; grep -s '/$' "$DESTDIR$PREFIX/manifest" || :; } |
        sed '/^$/d' | sort -u >>"$fresh"
}

# Copies every file that this run replaces, for a rollback. PURGE: no earlier installation.
keep_old() {
    OLD='' PURGE=yes
    if [ -e "$DESTDIR/etc/cortex" ] || [ -e "$DESTDIR/var/lib/cortex" ]; then
        PURGE=
    fi
    if [ -n "$DRY" ] || [ ! -L "$DESTDIR$PREFIX/bin" ] || [ ! -f "$DESTDIR$PREFIX/manifest" ]; then
        return
    fi
    OLD=$(dirname "$(readlink "$DESTDIR$PREFIX/bin")")
    rm -rf "$DESTDIR$PREFIX/previous"
    mkdir -p "$DESTDIR$PREFIX/previous"
    local file
    while read -r file; do
        case $file in */ | */'*' | "$PREFIX/bin") continue ;; esac
        [ -e "$DESTDIR$file" ] || continue
        mkdir -p "$DESTDIR$PREFIX/previous$(dirname "$file")"
        cp -a "$DESTDIR$file" "$DESTDIR$PREFIX/previous$file"
    done <"$DESTDIR$PREFIX/manifest"
}

start_services() {
    run systemd-sysusers /usr/local/lib/sysusers.d/cortex.conf
    run systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/cortex.conf
    run systemctl daemon-reload
    run systemctl enable --quiet "${SERVICES[@]}"
    run systemctl start cortexd.socket
    run systemctl reset-failed cortexd.service cortex-llm.service 2>/dev/null || :
    # its socket was a TCP port in earlier versions
    [ -S /run/cortex-llm.sock ] || run systemctl stop cortex-llm-proxy.socket
    run systemctl start cortex-llm-proxy.socket
    # systemd keeps the socket: requests made meanwhile wait and are answered
    run systemctl restart cortexd.service || return 1
    [ -z "$NEW_KEY" ] || run systemctl stop cortex-llm.service
    if [ -z "$DRY" ] && systemctl is-active --quiet cortex-llm.service; then
        say "cortex-llm is running; it uses the new version after its next start"
    fi
}

verify() {
    [ -z "$DRY" ] || return 0
    local end=$((SECONDS + VERIFY_SECONDS))
    until "$PREFIX/bin/cortex" --socket /run/cortex/cortex.sock daemon ping >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
    systemctl is-active --quiet cortexd.service || return 1
    "$PREFIX/bin/cortex" --socket /run/cortex/cortex.sock doctor >&2 ||
        say "cortexd answers; see above what cortex doctor found"
}

roll_back() {
    STEP=
    say "error: $1"
    if [ -n "$OLD" ]; then
        say "restoring the previous version"
        local file
        while read -r file; do
            case $file in */ | */'*' | "$PREFIX/bin") continue ;; esac
            [ -e "$PREFIX/previous$file" ] || rm -f "$file"
        done <"$PREFIX/manifest.new"
        (cd "$PREFIX/previous" && find . -type f -o -type l) | while read -r file; do
            cp -a "$PREFIX/previous/$file" "/$file"
        done
        switch_to "$OLD"
        systemctl daemon-reload
        systemctl reset-failed cortexd.service 2>/dev/null || :
        grep -qs ListenStream=/run/cortex-llm.sock "$UNITS/cortex-llm-proxy.socket" ||
            systemctl restart cortex-llm-proxy.socket
        systemctl restart cortexd.service || die "the previous version does not start either" "journalctl -u cortexd -n 50"
        rm -rf "$FRESH" "$PREFIX/manifest.new" "$PREFIX/previous"
        die "not upgraded; the previous version is running again"
    fi
    say "removing what was installed"
    complete_manifest
    mv -f "$PREFIX/manifest.new" "$PREFIX/manifest"
    "$PREFIX/scripts/uninstall.sh" ${PURGE:+--purge} || :
    die "not installed; all changes were undone" "journalctl -u cortexd -n 50"
}

# Whether a process runs from this environment, such as a model server during an upgrade.
in_use() {
    local file words
    for file in /proc/[0-9]*/cmdline; do
        mapfile -d '' -t words <"$file" || continue
        case ${words[*]} in *"$1/"*) return 0 ;; esac
    done 2>/dev/null
    return 1
}

# After an early exit: remove everything new, or restore the previous version.
STEP=
# shellcheck disable=SC2317  # the trap calls it
abandon() {
    local status=$? i
    trap - EXIT INT TERM
    case $STEP in
    making)
        rm -rf "$DESTDIR$FRESH"
        # reversed: a folder is made before those in it
        for ((i = ${#MADE[@]} - 1; i >= 0; i--)); do rmdir "$DESTDIR${MADE[i]}" 2>/dev/null || :; done
        say "nothing was changed" ;;
    changing)
        if [ -n "$START" ]; then
            roll_back "interrupted"
        fi
        say "interrupted: run it again" ;;
    esac
    exit "$status"
}

main() {
    parse "$@"
    preflight
    trap abandon EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    [ -n "$DRY" ] || STEP=making
    make_environment
    keep_old
    [ -n "$DRY" ] || STEP=changing
    place_files
    place_configuration
    switch_to "$FRESH"
    link_commands
    if [ -n "$START" ]; then
        if ! { start_services && verify; }; then
            say "its last log lines:"
            journalctl --no-pager -q -n 8 -u cortexd -o cat >&2 || :
            roll_back "the new version does not answer"
        fi
    fi
    STEP=
    if [ -n "$DRY" ]; then
        say "nothing was changed"
        return
    fi
    rm -rf "$DESTDIR$PREFIX/previous"
    # environments that no process uses any more
    local env
    for env in "$DESTDIR$PREFIX"/env-*; do
        if [ "$env" = "$DESTDIR$FRESH" ]; then
            continue
        elif in_use "$env"; then
            say "$env is kept until the next upgrade: cortex-llm runs from it"
        else
            rm -rf "$env"
        fi
    done
    complete_manifest
    mv -f "$DESTDIR$PREFIX/manifest.new" "$DESTDIR$PREFIX/manifest"
    say "done: cortexd listens on /run/cortex/cortex.sock"
    say "to make a user its administrator: adduser USER cortex"
    say "to use another model: $PREFIX/scripts/install-llm.sh install MODEL.gguf, or $PREFIX/scripts/setup_daemon.py"
}

# on one line: bash would keep reading a file that has changed meanwhile
main "$@"; exit
