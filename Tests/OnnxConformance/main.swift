// Runs the operator tests of the ONNX project (onnx/backend/test/data) through the engine: scripts/onnx-conformance gets
// them. Usage: onnx-conformance DATA [--only TEXT] [--verbose]

import Foundation

var arguments = CommandLine.arguments.dropFirst()
guard let data = arguments.popFirst().map({ URL(filePath: $0) }) else {
    FileHandle.standardError.write(Data("usage: onnx-conformance DATA [--only TEXT] [--verbose]\n".utf8))
    exit(2)
}
let isVerbose = arguments.contains("--verbose")
let only = arguments.firstIndex(of: "--only").map { arguments.index(after: $0) }
    .flatMap { arguments.indices.contains($0) ? arguments[$0] : nil }

func entries(_ folder: String) -> [URL] {
    let url = data.appending(path: folder)
    let found = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
    return found.sorted { $0.path < $1.path }
}

var cases = ["node", "pytorch-converted", "pytorch-operator", "simple"].flatMap(entries).compactMap(
    TestCase.init(folder:))
cases += entries("light").filter { $0.pathExtension == "onnx" }.map(TestCase.init(network:))
if let only { cases.removeAll { !$0.name.contains(only) } }

var (passed, failed, skipped, withConstants) = (0, 0, 0, 0)
for test in cases {
    switch test.run() {
    case .passed(let constants):
        passed += 1
        withConstants += constants ? 1 : 0
        if isVerbose || test.name.hasPrefix("light_") { print("pass \(test.name)") }
    case .failed(let reason):
        failed += 1
        print("FAIL \(test.name): \(reason)")
    case .skipped(let reason):
        skipped += 1
        print("skip \(test.name): \(reason)")
    }
}
print("\(withConstants) of the passed were given inputs that size or set up an operator as constants")
print("\(passed) passed, \(failed) failed, \(skipped) skipped")
exit(failed == 0 && passed > 0 ? 0 : 1)
