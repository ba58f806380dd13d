// `simulate CONFIGURATION --boots N --seed N [--log]`: boots the system again and again on the
// host, each boot with its own seed and its own misfortune. docs/testing.md, "Simulation".

import Foundation
import Simulation

@main
struct Simulate {
  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String, _ usual: UInt64) -> UInt64 {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count,
        let value = UInt64(arguments[index + 1])
      else { return usual }
      arguments.removeSubrange(index...index + 1)
      return value
    }
    let boots = option("--boots", 1000)
    let seed = option("--seed", 1)
    let isVerbose = arguments.contains("--log")
    guard let path = arguments.first, let json = FileManager.default.contents(atPath: path) else {
      print("usage: simulate CONFIGURATION --boots N --seed N [--log]")
      exit(2)
    }
    let series = try BootSeries(
      configuration: Array(json))
    let usual = try series.undisturbed(seed: 1)
    show(usual, isVerbose: isVerbose || !usual.findings.isEmpty)
    guard usual.findings.isEmpty else {
      print("0 passed, \(max(boots, 1)) failed")
      exit(1)
    }
    var failed: [UInt64] = []
    for number in seed..<seed + boots {
      let outcome = try series.boot(seed: number)
      if !outcome.findings.isEmpty { failed.append(number) }
      // One story is enough; the others can be had by their seeds.
      let isFirst = failed.count == 1 && failed.last == number
      if isVerbose || !outcome.findings.isEmpty { show(outcome, isVerbose: isVerbose || isFirst) }
    }
    print("\(UInt64(boots) - UInt64(failed.count)) passed, \(failed.count) failed")
    if !failed.isEmpty {
      print("repeat with: make simulate SEED=\(failed[0]) BOOTS=1")
      exit(1)
    }
  }

  private static func show(_ outcome: Outcome, isVerbose: Bool) {
    if isVerbose {
      for line in outcome.messages { print(line) }
      for line in outcome.console { print("console: \(line)") }
    }
    let misfortunes = outcome.plan.misfortunes.map { "\($0.disturbance) before call \($0.call)" }
    let what = misfortunes.isEmpty ? "undisturbed" : misfortunes.joined(separator: ", ")
    print(
      "seed \(outcome.plan.seed): \(what), \(outcome.plan.ramSize >> 20) MiB; exit "
        + "\(outcome.exitCode.map { "0x" + String($0, radix: 16) } ?? "none"), "
        + "\(outcome.calls) calls, \(outcome.steps) steps, \(outcome.time / 1_000_000) ms, "
        + "\(outcome.objects.values.reduce(0, +)) objects, \(outcome.freeBytes) bytes free")
    if isVerbose {
      let kinds = outcome.objects.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      print("  objects: \(kinds.joined(separator: ", "))")
      let mapped = outcome.mappings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      print("  frames mapped: \(mapped.joined(separator: ", "))")
    }
    for finding in outcome.findings { print("  FINDING: \(finding)") }
  }
}
