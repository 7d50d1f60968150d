#!/usr/bin/env bash
# Removes what install.sh has installed: what its manifest lists, and the folders left empty.
#
#   uninstall.sh [--purge] [--prefix DIR] [--dry-run]
#
#   --purge       also remove configuration, data, models, caches, history and users
#   --prefix DIR  where it is installed (default: where this script lies, or /opt/cortex)
#   --dry-run     print what would be removed, and remove nothing
#
# With DESTDIR set, only what lies below that folder is removed; services and users are kept.
set -euo pipefail

PREFIX=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ -f "$PREFIX/manifest" ] || PREFIX=/opt/cortex
DESTDIR=${DESTDIR:-}
PURGE='' DRY='' ASKED_PREFIX=''
UNITS=(cortexd.socket cortexd.service cortex-llm-proxy.socket cortex-llm-proxy.service
    cortex-llm.service cortex-llm-tcp.socket cortex-llm-tcp.service)
# What Cortex makes while it runs, and a removal takes with it.
MADE_BY_SERVICES=(/etc/systemd/system/cortex-llm.service.d/50-model.conf
    /etc/systemd/system/cortex-llm.service.d/10-on-demand.conf)
RUNTIME=(/run/cortex)
# What only --purge removes: these and nothing else, and this is the list that it prints.
DATA=(/etc/cortex /etc/systemd/system/cortex-llm.service.d /etc/systemd/system/cortex-llm-proxy.service.d
    /var/lib/cortex /var/lib/cortex-history /var/cache/cortex)
USERS=(cortex) GROUPS_MADE=(cortex cortex-model)
# A manifest is a few dozen lines; anything longer was not written by install.sh.
MAX_MANIFEST_LINES=10000

say() { printf 'uninstall: %s\n' "$*" >&2; }

die() {
    say "error: $1"
    [ $# -lt 2 ] || say "hint: $2"
    exit 1
}

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

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
        --purge) PURGE=yes ;;
        --dry-run) DRY=yes ;;
        --prefix)
            if [ $# -lt 2 ] || [ -z "$2" ]; then
                say "error: --prefix needs a value"
                usage >&2
                exit 2
            fi
            PREFIX=${2%/} ASKED_PREFIX=yes
            shift ;;
        -h | --help) usage; exit 0 ;;
        *) say "error: unknown option $1"; usage >&2; exit 2 ;;
        esac
        shift
    done
    case $PREFIX in
    /*/../* | /*/.. | /../*) say "error: --prefix $PREFIX must not contain .."; exit 2 ;;
    /*/*) ;;
    *) say "error: --prefix $PREFIX is not a folder of its own"; exit 2 ;;
    esac
}

# Fails unless every line of the manifest is one that install.sh writes: nothing is removed then.
# PATH is a file, PATH/ a folder that it made, PATH/* a whole environment that it made.
check_manifest() {
    local manifest=$1 line number=0
    [ -z "$(find "$manifest" \( ! -user "$(id -u)" -o -perm /022 \) -print)" ] || [ -n "$DRY" ] ||
        die "$manifest can be changed by others than user $(id -un)" "check it, then: chown $(id -un) $manifest; chmod 644 $manifest"
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        [ "$number" -le "$MAX_MANIFEST_LINES" ] || die "$manifest has more than $MAX_MANIFEST_LINES lines"
        case $line in
        */../* | */.. | *//* | *'
'*) die "$manifest, line $number: $line is not a plain path" ;;
        "$PREFIX"/env-*/*/*) die "$manifest, line $number: $line is not a path of install.sh" ;;
        "$PREFIX"/env-[0-9]*/'*') ;;
        /*'*'*) die "$manifest, line $number: $line is not a path of install.sh" ;;
        /*/) ;;
        /*) [ ! -d "$DESTDIR$line" ] || [ -L "$DESTDIR$line" ] ||
            die "$manifest, line $number: $line is a folder, not a file" ;;
        *) die "$manifest, line $number: $line is not an absolute path" ;;
        esac
    done <"$manifest"
}

# Removes the files, then the environments, then the folders that are empty, deepest first.
remove_listed() {
    local manifest=$1 lines line left=()
    mapfile -t lines < <(sort -r "$manifest")
    for line in "${lines[@]}"; do
        case $line in
        */'*') run rm -rf -- "$DESTDIR${line%/\*}" ;;
        */) ;;
        *)
            run rm -f -- "$DESTDIR$line"
            # what Python wrote beside the module that it found
            case $line in */cortex/__init__.py) run rm -rf -- "$DESTDIR${line%/*}/__pycache__" ;; esac ;;
        esac
    done
    run rm -f -- "$manifest"
    for line in "${lines[@]}"; do
        case $line in */) remove_empty "$DESTDIR${line%/}" ;; esac
    done
    remove_empty "$DESTDIR$PREFIX/scripts"
    remove_empty "$DESTDIR$PREFIX"
    [ -n "$DRY" ] || [ ! -d "$DESTDIR$PREFIX" ] || {
        mapfile -t left < <(find "$DESTDIR$PREFIX" -mindepth 1 -maxdepth 1)
        say "kept, because install.sh did not put it there: ${left[*]}"
    }
}

remove_empty() {
    if [ -n "$DRY" ]; then
        printf 'would remove, if empty: %s\n' "$1"
    else
        rmdir -- "$1" 2>/dev/null || :
    fi
}

remove_data() {
    local path name
    for path in "${DATA[@]}"; do
        run rm -rf -- "$DESTDIR$path"
    done
    [ -z "$DESTDIR" ] || return 0
    for name in "${USERS[@]}"; do
        ! getent passwd "$name" >/dev/null || run userdel "$name" || say "the user $name was kept"
    done
    for name in "${GROUPS_MADE[@]}"; do
        ! getent group "$name" >/dev/null || run groupdel "$name" || say "the group $name was kept"
    done
}

# What was done, or would be, in the words of the lists above.
report() {
    local removed=$1 removes=removed kept="kept"
    [ -z "$DRY" ] || removes="would remove" kept="would keep"
    [ -z "$removed" ] || say "$removes: Cortex in $DESTDIR$PREFIX"
    if [ -n "$PURGE" ]; then
        say "$removes: ${DATA[*]/#/$DESTDIR}${DESTDIR:+ (services and users are not touched)}"
        [ -n "$DESTDIR" ] || say "$removes: the user ${USERS[*]}, the groups ${GROUPS_MADE[*]}"
        say "$kept: journal entries, and in home folders ~/.cortex, ~/.cache/cortex, ~/.config/cortex, ~/.local/state/cortex"
    else
        say "$kept: ${DATA[*]/#/$DESTDIR} and the user ${USERS[*]}"
        say "to remove these too: scripts/uninstall.sh --purge   (in a checkout)"
    fi
    [ -z "$DRY" ] || say "nothing was changed"
}

main() {
    parse "$@"
    [ -n "$DRY$DESTDIR" ] || [ "$(id -u)" = 0 ] || die "root permissions are needed" "run it with sudo"
    local manifest=$DESTDIR$PREFIX/manifest installed=''
    if [ -f "$manifest" ]; then
        installed=yes
        check_manifest "$manifest"
    else
        [ -z "$ASKED_PREFIX" ] || die "Cortex is not installed in $PREFIX: it has no manifest; nothing was removed"
        say "Cortex is not installed in $PREFIX"
        [ -n "$PURGE" ] || exit 0
    fi
    local systemd=''
    [ -n "$DESTDIR" ] || [ ! -d /run/systemd/system ] || systemd=yes
    [ -z "$systemd" ] || run systemctl disable --quiet --now "${UNITS[@]}" 2>/dev/null || :
    if [ -n "$installed" ]; then
        remove_listed "$manifest"
        run rm -f -- "${MADE_BY_SERVICES[@]/#/$DESTDIR}"
        remove_empty "$DESTDIR/etc/systemd/system/cortex-llm.service.d"
    fi
    run rm -rf -- "${RUNTIME[@]/#/$DESTDIR}"
    [ -z "$PURGE" ] || remove_data
    [ -z "$systemd" ] || run systemctl daemon-reload
    report "$installed"
}

# on one line: bash would keep reading a file that is removed meanwhile
main "$@"; exit
