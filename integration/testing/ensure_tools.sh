#!/usr/bin/env bash
# Makes sure that the Debian packages named on the command line are installed.
# As root it installs what is missing; otherwise it prints the command to run and fails.
# `swift` stands for the compiler, which Debian does not carry: its version is checked.
# A name that ends in `?` is wanted and not required: its absence is only a notice.
set -euo pipefail

# Whether the package's purpose is served already; asks for the command where one is enough.
present() {
  case "$1" in
    python3 | gcc | git | make) command -v "$1" >/dev/null ;;
    binutils) command -v readelf >/dev/null && command -v objdump >/dev/null ;;
    python3-cryptography) python3 -c 'import cryptography' 2>/dev/null ;;
    *) installed "$1" ;;
  esac
}

installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

check_swift() {
  local version
  if ! command -v swift >/dev/null; then
    echo 'swift is not in PATH: install Swift 6.3 from https://swift.org/install' >&2
    return 1
  fi
  version=$(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*' | grep -o '[0-9.]*$')
  case "$version" in
    6.3 | 6.3.*) ;;
    *)
      echo "Swift 6.3 is needed, swift in PATH is ${version:-of unknown version}" >&2
      return 1
      ;;
  esac
}

install_packages() {
  local prefix='DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends'
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: $*. Run: sudo apt-get install -y --no-install-recommends $*" >&2
    return 1
  fi
  echo "installing: $*"
  { apt-get update -q && env $prefix "$@"; } </dev/null >/dev/null || {
    echo "could not install; run: $prefix $*" >&2
    return 1
  }
}

needed=()
for name in "$@"; do
  case "$name" in
    swift) check_swift ;;
    *\?)
      name=${name%\?}
      present "$name" || installed "$name" || install_packages "$name" || true
      present "$name" ||
        echo "notice: $name is absent; the tests that need it are skipped" >&2
      ;;
    *) present "$name" || needed+=("$name") ;;
  esac
done
[ ${#needed[@]} -eq 0 ] || install_packages "${needed[@]}"
