# Sourced by the scripts that package: roots and files out of Debian's archive, by package name, kept outside the repository.
# Each root has lists and archives of its own, so that nothing of this system is touched.

cache=${ROOSTER_PACKAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rooster-package}

# Where this system takes its packages from, else Debian's own address.
debian_mirror() {
    local mirror
    mirror=$(awk '/^URIs:.*\/debian\/?$/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
    [ -n "$mirror" ] ||
        mirror=$(awk '$1 == "deb" { for (i = 2; i < 5; i++) if ($i ~ /^https?:.*\/debian\/?$/) { print $i; exit } }' \
            /etc/apt/sources.list 2>/dev/null || true)
    echo "${mirror:-http://deb.debian.org/debian}"
}

# fetch_packages SUITE ARCH FOLDER PACKAGE...: the packages and all they depend on lie in FOLDER/archives afterwards, names
# and versions in FOLDER/versions. Asks the archive only where FOLDER was made for other packages. A package that begins
# with = comes alone, without what it depends on.
# The archive's signature must be right; its date need not be, so that snapshot.debian.org serves as well.
fetch_packages() {
    local suite=$1 arch=$2 folder=$3 package archive alone=() whole=()
    shift 3
    [ "$(cat "$folder/wanted" 2>/dev/null)" != "$suite $arch $*" ] || return 0
    echo "fetching from Debian $suite $arch: $*"
    rm -rf "$folder"
    mkdir -p "$folder"/{etc/preferences.d,state/lists/partial,archives/partial,log}
    : >"$folder/status"
    echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) $suite main" \
        >"$folder/sources.list"
    cat >"$folder/apt.conf" <<CONF
Dir::Etc "$folder/etc"; Dir::Etc::Parts "$folder/etc"; Dir::Etc::SourceList "$folder/sources.list";
Dir::Etc::SourceParts "/dev/null"; Dir::State "$folder/state"; Dir::State::status "$folder/status";
Dir::Cache "$folder"; Dir::Cache::archives "$folder/archives"; Dir::Log "$folder/log";
APT::Architecture "$arch"; APT::Architectures { "$arch"; }; APT::Install-Recommends "false";
APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Check-Valid-Until "false";
CONF
    for package in "$@"; do
        case "$package" in =*) alone+=("${package#=}") ;; *) whole+=("$package") ;; esac
    done
    export APT_CONFIG=$folder/apt.conf
    apt-get update -qq
    [ ${#whole[@]} = 0 ] || apt-get install -y --download-only -qq "${whole[@]}" >/dev/null
    [ ${#alone[@]} = 0 ] || (cd "$folder/archives" && apt-get download -qq "${alone[@]}")
    unset APT_CONFIG
    for archive in "$folder"/archives/*.deb; do
        # shellcheck disable=SC2016 # dpkg's words, not the shell's
        dpkg-deb --show --showformat='${Package} ${Version} ${Architecture}\n' "$archive"
    done | LC_ALL=C sort >"$folder/versions"
    rm -rf "$folder/state" "$folder"/*.bin
    echo "$suite $arch $*" >"$folder/wanted"
}

# unpack_packages FOLDER ROOT: the archives of FOLDER laid out in ROOT, with nothing configured.
unpack_packages() {
    local folder=$1 root=$2 link archive
    mkdir -p "$root"
    for link in bin sbin lib lib64; do
        mkdir -p "$root/usr/$link"
        [ -e "$root/$link" ] || ln -s "usr/$link" "$root/$link"
    done
    for archive in "$folder"/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$archive" | tar -x --keep-directory-symlink --no-same-owner -C "$root"
    done
}

# debian_root SUITE FOLDER: a root as debootstrap leaves it, made once and then copied, with apt and dpkg made quick and quiet.
debian_root() {
    local suite=$1 folder=$2 archive making
    archive=$cache/roots/$suite-$(dpkg --print-architecture).tar
    if [ ! -e "$archive" ]; then
        mkdir -p "$cache/roots"
        making=$(mktemp -d "$cache/roots/$suite.XXXXXX")
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$making/root" "$(debian_mirror)" >"$making/log" ||
            { tail -n 20 "$making/log" >&2; rm -rf "$making"; exit 1; }
        tar -C "$making/root" --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* -cf "$archive.part" .
        mv "$archive.part" "$archive"
        rm -rf "$making"
    fi
    mkdir "$folder"
    tar -C "$folder" -xf "$archive"
    rm -f "$folder/etc/resolv.conf"
    cp /etc/resolv.conf "$folder/etc/resolv.conf"
    echo "Acquire::Check-Valid-Until false;" >"$folder/etc/apt/apt.conf.d/99still"
    echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/fast"
}

# in_root ROOT COMMAND...: runs it in that root, with processes and devices of its own and this system's network. Nobody else sees
# the mounts.
in_root() {
    local root=$1
    shift
    # shellcheck disable=SC2016 # the inner shell's variables
    root=$root unshare --mount --pid --fork --propagation private bash -euc '
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/run"
        mount -t tmpfs tmpfs "$root/dev"
        for node in null zero full random urandom; do touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"; done
        ln -s /proc/self/fd "$root/dev/fd"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' bash "$@"
}
