# Sourced by the other scripts: makes sure that a Swift toolchain and Debian's libraries are here.
#   prepare [--yes]    asks before it installs anything, unless --yes is given or CI is set

rooster_packages=(
    libjpeg62-turbo-dev      # decoding
    libsqlite3-dev           # the record
    libcurl4-openssl-dev     # messages and actions over HTTP
    libssl-dev               # SHA-256
    pkg-config
)

prepare() {
    local missing=() package answer
    for package in "${rooster_packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        if ! command -v apt-get >/dev/null; then
            echo "These libraries are missing, and this system has no apt-get: ${missing[*]}" >&2
            echo "Install what they are called here, then run this script again." >&2
            return 1
        fi
        echo "These packages are missing: ${missing[*]}"
        if [ "${1:-}" != --yes ] && [ -z "${CI:-}" ]; then
            read -r -p "Install them with apt-get? [y/N] " answer || answer=n
            case "$answer" in [yY]*) ;; *)
                echo "Nothing was installed. Run: sudo apt-get install ${missing[*]}" >&2
                return 1 ;;
            esac
        fi
        local root=()
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null || {
                echo "Installing needs root. As root, run: apt-get install ${missing[*]}" >&2
                return 1
            }
            root=(sudo)
        fi
        "${root[@]}" apt-get update -q >/dev/null || echo "apt-get update failed; trying with the lists at hand" >&2
        DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" \
            >/dev/null || {
            echo "apt-get could not install them. See what it says: sudo apt-get install ${missing[*]}" >&2
            return 1
        }
    fi
    swift_or_words
}

# A toolchain of Swift 6.2 or newer on the path, else how to get one.
swift_or_words() {
    local version
    if version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -1) &&
        [ -n "$version" ]; then
        read -r major minor <<<"$version"
        if [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 2 ]; }; then return 0; fi
        echo "Swift $major.$minor is too old: Rooster needs 6.2 or newer." >&2
    else
        echo "There is no Swift toolchain on the path." >&2
    fi
    cat >&2 <<'WORDS'
How to get one (Debian 12 or 13 and Raspberry Pi OS, 64 bit):
  1. On https://www.swift.org/install/linux/ choose Debian 12 and your processor (x86_64 or aarch64), download the archive.
  2. Unpack it:                sudo mkdir -p /opt/swift && sudo tar -xzf swift-*.tar.gz -C /opt/swift --strip-components=1
  3. Put it on the path:       export PATH=/opt/swift/usr/bin:$PATH
  4. What the compiler needs:  sudo apt-get install binutils gcc libc6-dev libstdc++-12-dev libcurl4 libxml2 zlib1g-dev git
Then run this script again.
WORDS
    return 1
}
