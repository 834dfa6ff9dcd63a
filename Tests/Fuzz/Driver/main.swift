// libFuzzer with the target that the environment names; everything on the command line is libFuzzer's. `scripts/fuzz`
// knows the arguments.

import CFuzzer
import Glibc

guard let name = getenv("ROOSTER_FUZZ_TARGET").map({ String(cString: $0) }),
    let target = FuzzTarget.all.first(where: { $0.name == name })
else {
    print(FuzzTarget.all.map { "\($0.name) \($0.longest)" }.joined(separator: "\n"))
    exit(2)
}

/// Read by callbacks of C, which can carry nothing with them.
let chosen = target

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let status = cf_run(
    &count, &arguments,
    { bytes, size in
        chosen.run(UnsafeRawBufferPointer(start: bytes, count: size))
        return 0
    },
    { bytes, size, most, seed in
        guard let bytes, let mutate = chosen.mutate,
            let changed = mutate(Array(UnsafeBufferPointer(start: bytes, count: size)), seed, most)
        else { return cf_mutate(bytes, size, most) }
        UnsafeMutableRawBufferPointer(start: bytes, count: most).copyBytes(from: changed)
        return changed.count
    })
exit(status)
