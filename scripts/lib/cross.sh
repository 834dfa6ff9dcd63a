# Sourced after debian.sh: the compiler (Swift of Debian sid) in a root of its own, what it links against (Debian 12, so that
# a program runs on 12 and 13), and how to build with both. The same for amd64 and arm64, whatever this system has.
. scripts/lib/prepare.sh # for rooster_packages: what Rooster is built against

PATH=$PATH:/usr/sbin:/sbin # chroot: Debian's users have it, but do not look there
base_suite=bookworm # the oldest Debian a package runs on

# The triple of a Debian architecture, as Debian's own Swift modules are named.
triple_of() {
    case "$1" in
    amd64) echo x86_64-pc-linux-gnu ;;
    arm64) echo aarch64-unknown-linux-gnu ;;
    *) echo "no such architecture: $1 (amd64 or arm64)" >&2; return 2 ;;
    esac
}

# What the kernel calls it.
uname_of() { triple_of "$1" | sed 's/-.*//'; }

# Debian's name of it in paths.
multiarch_of() { echo "$(uname_of "$1")-linux-gnu"; }

sysroot_of() { echo "$cache/sdk/rooster-$1.artifactbundle/$base_suite/sysroot"; }

# prepare_cross ARCH: compiler and sysroot for ARCH are there.
prepare_cross() {
    local arch=$1 package compiler runtime libraries=()
    if [ "$(dpkg --print-architecture)" != amd64 ]; then
        echo "the compiler is fetched for amd64, and this is $(dpkg --print-architecture): package on a PC" >&2
        exit 1
    fi
    for package in "${rooster_packages[@]}"; do
        case "$package" in *-dev) libraries+=("$package") ;; esac
    done
    mkdir -p "$cache"
    fetch_packages sid amd64 "$cache/compiler" swiftlang libswiftlang swiftlang-dev libc6-dev libstdc++-15-dev \
        libsqlite3-dev bash coreutils git ca-certificates binutils gcc pkgconf sed grep findutils
    fetch_packages sid "$arch" "$cache/runtime-$arch" =swiftlang =libswiftlang
    fetch_packages "$base_suite" "$arch" "$cache/libraries-$arch" \
        libc6-dev libstdc++-12-dev libgcc-12-dev linux-libc-dev zlib1g-dev "${libraries[@]}"
    # The one for the first package may lie there for months; the compiler reads no other runtime than its own.
    compiler=$(sed -n 's/^swiftlang \([^ +]*\).*/\1/p' "$cache/compiler/versions")
    runtime=$(sed -n 's/^swiftlang \([^ +]*\).*/\1/p' "$cache/runtime-$arch/versions")
    if [ "$compiler" != "$runtime" ]; then
        echo "compiler $compiler, runtime $runtime: remove $cache/compiler and $cache/runtime-*, and both are fetched anew" >&2
        exit 1
    fi
    [ "$cache/compiler/root/done" -nt "$cache/compiler/wanted" ] || compiler_root
    [ "$(sysroot_of "$arch")/done" -nt "$cache/libraries-$arch/wanted" ] &&
        [ "$(sysroot_of "$arch")/done" -nt "$cache/runtime-$arch/wanted" ] || sdk "$arch"
}

compiler_root() {
    local root=$cache/compiler/root
    echo "unpacking the compiler"
    rm -rf "$root"
    unpack_packages "$cache/compiler" "$root"
    ln -sf bash "$root/usr/bin/sh"
    mkdir -p "$root"/{rooster,build,sdk,home,tmp,proc,dev,etc/ssl/certs}
    touch "$root/etc/resolv.conf" "$root/done"
}

# A Swift SDK bundle: Debian 12's libraries and headers with Swift's own of the same architecture.
sdk() {
    local arch=$1 triple multiarch sysroot bundle runtime name
    triple=$(triple_of "$arch")
    multiarch=$(multiarch_of "$arch")
    sysroot=$(sysroot_of "$arch")
    bundle=$cache/sdk/rooster-$arch.artifactbundle
    runtime=$cache/runtime-$arch/unpacked
    echo "unpacking the libraries for $arch"
    rm -rf "$bundle" "$runtime"
    unpack_packages "$cache/libraries-$arch" "$sysroot"
    unpack_packages "$cache/runtime-$arch" "$runtime"
    cp -a "$runtime"/usr/libexec/swift/lib/{swift,swift_static} "$sysroot/usr/lib/"
    mkdir -p "$sysroot/usr/lib/clang"
    cp -a "$runtime"/usr/libexec/swift/lib/clang/[0-9]* "$sysroot/usr/lib/clang/"
    rm -rf "$runtime" "$sysroot"/usr/lib/swift{,_static}/{embedded,host,migrator}
    # Absolute links mean the root they were made for.
    find "$sysroot/usr/lib" "$sysroot/usr/lib64" -type l -lname '/*' | while read -r name; do
        ln -sfrn "$sysroot$(readlink "$name")" "$name"
    done
    cat >"$bundle/info.json" <<JSON
{"schemaVersion": "1.0", "artifacts": {"rooster-$arch": {"type": "swiftSDK", "version": "1.0.0",
 "variants": [{"path": "$base_suite"}]}}}
JSON
    cat >"$bundle/$base_suite/swift-sdk.json" <<JSON
{"schemaVersion": "4.0", "targetTriples": {"$triple": {"sdkRootPath": "sysroot",
 "swiftResourcesPath": "sysroot/usr/lib/swift", "swiftStaticResourcesPath": "sysroot/usr/lib/swift_static",
 "toolsetPaths": ["toolset.json"]}}}
JSON
    echo '{"schemaVersion": "1.0", "swiftCompiler": {"extraCLIOptions": ["-use-ld=lld"]}}' \
        >"$bundle/$base_suite/toolset.json"
    # Debian has no such archive; `swift build` of tests asks for it.
    [ -e "$sysroot/usr/lib/swift/linux/lib_Testing_Foundation.a" ] ||
        printf '!<arch>\n' >"$sysroot/usr/lib/swift/linux/lib_Testing_Foundation.a"
    in_compiler clang --target="$multiarch" --sysroot="/sdk/${sysroot#"$cache/sdk/"}" -std=c11 -O2 -fno-builtin -fPIC \
        -Wall -Werror -c /rooster/packaging/glibc.c -o "/sdk/${bundle##*/}/glibc.o"
    touch "$sysroot/done"
}

# source_clone ARCH: a clone of what is committed here, with the dependencies as resolved here, else as for the package before; its
# folder in `source`.
source_clone() {
    source=$cache/source-$1
    if [ -n "$(git status --porcelain)" ]; then
        echo "not committed, and so not built:" >&2
        git status --short >&2
    fi
    mkdir -p "$cache"
    [ -d "$source/.git" ] || git clone -q --no-checkout . "$source"
    git -C "$source" fetch -q "$PWD" HEAD
    git -C "$source" checkout -q --force --detach "$(git rev-parse HEAD)"
    git -C "$source" clean -q -dffx
    if [ -e Package.resolved ]; then
        cp Package.resolved "$source/"
    elif [ -e "$cache/Package.resolved" ]; then
        cp "$cache/Package.resolved" "$source/"
    fi
}

# in_compiler COMMAND...: runs it in the compiler's root, with the sources ($source) at /rooster, builds at /build, the SDKs at /sdk,
# and this system's ways to get at git repositories. Mounts are seen by nobody else and end with it. The commit stands in the
# environment because SwiftPM remembers what a manifest said for as long as manifest and environment are the same.
in_compiler() {
    mkdir -p "$cache"/{build,home,sdk}
    local as_root=() same_addresses=()
    [ "$(id -u)" = 0 ] || as_root=(--map-root-user)
    # The compiler goes through some sets by address, and parts of it, in Swift, through some by a hash with a random seed: with either,
    # one function in a hundred thousand comes out otherwise. A container may forbid the first.
    ! setarch "$(uname -m)" -R true 2>/dev/null || same_addresses=(setarch "$(uname -m)" -R)
    # Rewritten addresses (insteadOf) and SwiftPM's mirrors hold in there too; folders they name are mounted.
    { git config --list | grep -i '^url\..*\.insteadof=' || true; } >"$cache/home/rewrites"
    rm -rf "$cache/home/.gitconfig" "$cache/home/.swiftpm/configuration"
    git config --file "$cache/home/.gitconfig" safe.directory '*'
    local line key
    while IFS= read -r line; do
        key=${line%%.insteadof=*}
        git config --file "$cache/home/.gitconfig" --add "$key.insteadOf" "${line#*.insteadof=}"
    done <"$cache/home/rewrites"
    mkdir -p "$cache/home/.swiftpm"
    [ ! -e ~/.swiftpm/configuration ] || cp -r ~/.swiftpm/configuration "$cache/home/.swiftpm/configuration"
    # shellcheck disable=SC2016 # the inner shell's variables
    cache=$cache source=$source "${same_addresses[@]}" unshare "${as_root[@]}" --mount --propagation private bash -euc '
        root=$cache/compiler/root
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/tmp"
        for folder in build sdk home; do mount --bind "$cache/$folder" "$root/$folder"; done
        mount --bind "$source" "$root/rooster"
        [ ! -e /etc/resolv.conf ] || mount --bind "$(realpath /etc/resolv.conf)" "$root/etc/resolv.conf"
        [ ! -d /etc/ssl/certs ] || mount --bind /etc/ssl/certs "$root/etc/ssl/certs"
        sed -n "s/^url\.\(\/.*\)\.insteadof=.*/\1/p" "$cache/home/rewrites" | sort -u | while read -r folder; do
            mkdir -p "$root$folder"
            mount --bind "$folder" "$root$folder"
        done
        exec chroot "$root" env -i HOME=/home PATH=/usr/libexec/swift/bin:/usr/bin LANG=C.UTF-8 \
            ${SOURCE_DATE_EPOCH:+SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH"} \
            ${ROOSTER_TESTS:+ROOSTER_TESTS="$ROOSTER_TESTS"} SWIFT_DETERMINISTIC_HASHING=1 \
            ROOSTER_COMMIT="$(git -C "$source" rev-parse HEAD)" \
            bash -euc "cd /rooster && exec \"\$@\"" bash "$@"' bash "$@"
}

# swift_for ARCH NAME ARGUMENT...: swift build for ARCH, with its products and all it remembers in $cache/build/NAME. Without what is for
# debuggers: it names the compiled C modules by a random number, so that no two builds are alike, and half the time goes into it. One
# thread a module: of several, the one that comes first gets other addresses, and what they are must not show in the code.
swift_for() {
    local arch=$1 name=$2
    shift 2
    in_compiler swift build --disable-sandbox -debug-info-format none -Xswiftc -num-threads -Xswiftc 1 --scratch-path "/build/$name" \
        --swift-sdks-path /sdk --swift-sdk "rooster-$arch" --triple "$(triple_of "$arch")" \
        -Xlinker "/sdk/rooster-$arch.artifactbundle/glibc.o" ${ROOSTER_JOBS:+-j "$ROOSTER_JOBS"} "$@"
}
