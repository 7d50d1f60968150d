#!/usr/bin/env bash
# Removes what install.sh has installed.
#
#   uninstall.sh [--purge] [--prefix DIR] [--dry-run]
#
#   --purge    also remove the configuration, the data, the models and the user
#   --dry-run  print what would be removed, and remove nothing
set -euo pipefail

PREFIX=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ -f "$PREFIX/manifest" ] || PREFIX=/opt/cortex
PURGE='' DRY=
UNITS=(cortexd.socket cortexd.service cortex-llm-proxy.socket cortex-llm-proxy.service cortex-llm.service \
    cortex-llm-tcp.socket cortex-llm-tcp.service)

say() { printf 'uninstall: %s\n' "$*" >&2; }

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

run() {
    if [ -n "$DRY" ]; then
        printf 'would run: %s\n' "$*"
    else
        "$@"
    fi
}

# Remove a folder if it is empty, then its parents, up to the standard folders.
prune() {
    local folder=$1
    [ -z "$DRY" ] || return 0
    while :; do
        case $folder in / | /opt | /srv | /usr | /usr/local | /usr/local/bin | /usr/local/lib | /usr/local/share | /usr/local/share/man | /usr/local/lib/python3*/*-packages | /etc/*) return 0 ;; esac
        rmdir "$folder" 2>/dev/null || return 0
        folder=$(dirname "$folder")
    done
}

while [ $# -gt 0 ]; do
    case $1 in
    --purge) PURGE=yes ;;
    --dry-run) DRY=yes ;;
    --prefix) PREFIX=${2:?--prefix needs a value} && shift ;;
    -h | --help) usage; exit 0 ;;
    *) say "error: unknown option $1"; usage >&2; exit 2 ;;
    esac
    shift
done
[ -n "$DRY" ] || [ "$(id -u)" = 0 ] || { say "error: root permissions are needed"; say "hint: run it with sudo"; exit 1; }
case $PREFIX in
/*/*) ;;
*) say "error: --prefix $PREFIX is not a folder of its own"; exit 2 ;;
esac
if [ ! -f "$PREFIX/manifest" ]; then
    say "Cortex is not installed in $PREFIX"
    [ -n "$PURGE" ] || exit 0
fi

if [ -d /run/systemd/system ]; then
    run systemctl disable --quiet --now "${UNITS[@]}" 2>/dev/null || :
fi
if [ -f "$PREFIX/manifest" ]; then
    while read -r file; do
        run rm -f "$file"
        case $file in */cortex/__init__.py) run rm -rf "${file%/*}/__pycache__" ;; esac
        prune "$(dirname "$file")"
    done <"$PREFIX/manifest"
fi
run rm -rf /etc/systemd/system/cortex-llm.service.d /etc/systemd/system/cortex-llm-proxy.service.d \
    /usr/local/lib/systemd/system/cortex-llm.service.d /run/cortex "$PREFIX"
prune /usr/local/lib/systemd/system
prune "$(dirname "$PREFIX")"
[ ! -d /run/systemd/system ] || run systemctl daemon-reload
if [ -n "$PURGE" ]; then
    run rm -rf /etc/cortex /var/lib/cortex
    run userdel cortex 2>/dev/null || :
    run groupdel cortex 2>/dev/null || :
    run groupdel cortex-model 2>/dev/null || :
    say "removed, including configuration, data and models; journal entries are kept"
else
    say "removed; kept: /etc/cortex, /var/lib/cortex (alerts, models) and the user cortex"
    say "to remove these too: scripts/uninstall.sh --purge   (in a checkout)"
fi
