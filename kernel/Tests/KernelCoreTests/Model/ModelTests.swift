// Random legal and illegal operations on the kernel beside the reference model.

import Foundation
import KernelCore
import Testing

/// How long the long run is; `MODEL_OPERATIONS`, `MODEL_SEED`, `MODEL_STRIDE`,
/// `MODEL_SHRINK` in the environment.
enum Soak {
  static let operations = number("MODEL_OPERATIONS", 5000)
  static let stride = number("MODEL_STRIDE", 500)
  static let seed = UInt64(number("MODEL_SEED", 1))
  /// Whether a failing sequence is made short, which takes minutes.
  static let shrinks = number("MODEL_SHRINK", 1) != 0

  private static func number(_ name: String, _ fallback: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? fallback
  }
}

struct ModelTests {
  /// Runs a random sequence; a failure is reported with its seed and its shortest form.
  private func trial(seed: UInt64, count: Int, frames: Int, slotCount: UInt32, every stride: Int)
    throws -> Int
  {
    var random = Generator(state: seed)
    let actions = (0..<count).map { _ in Action(using: &random) }
    do {
      return try run(actions, frames: frames, slotCount: slotCount, every: stride)
    } catch let error as Divergence {
      guard Soak.shrinks else {
        Issue.record("seed \(seed): \(error)")
        return 0
      }
      let short = shrink(Array(actions.prefix(error.step + 1))) { candidate in
        (try? run(candidate, frames: frames, slotCount: slotCount, every: 1)) == nil
      }
      var reason = "\(error)"
      do { _ = try run(short, frames: frames, slotCount: slotCount, every: 1) } catch {
        reason = "\(error)"
      }
      let lines = short.map { "  \($0)" }.joined(separator: "\n")
      Issue.record("seed \(seed): \(reason)\n\(lines)")
      return 0
    }
  }

  @Test(arguments: 1...8)
  func `kernel and model agree after every operation`(seed: UInt64) throws {
    let successes = try trial(seed: seed, count: 250, frames: 256, slotCount: 4096, every: 1)
    #expect(successes > 30)
  }

  @Test func `kernel and model agree in a long run`() throws {
    // Runs of some thousand operations reach deep states, and many of them reach different ones.
    let length = Soak.stride == 1 ? 500 : 5000
    var successes = 0
    for run in 0..<(Soak.operations + length - 1) / length {
      successes += try trial(
        seed: Soak.seed &+ UInt64(run), count: length,
        frames: run % 4 == 0 ? 64 : 2048, slotCount: run % 3 == 0 ? 1 << 20 : 4096,
        every: Soak.stride)
    }
    print("model: \(Soak.operations) operations, \(successes) of them carried out")
  }

  @Test(arguments: 1...4)
  func `kernel and model agree when memory is short`(seed: UInt64) throws {
    _ = try trial(seed: seed &+ 100, count: 250, frames: 40, slotCount: 4096, every: 1)
  }

  @Test(arguments: 1...6)
  func `every state before the finaliser has caught up is consistent`(seed: UInt64) throws {
    var random = Generator(state: seed &+ 500)
    let actions = (0..<250).map { _ in Action(using: &random) }
    try runUnsettled(actions, frames: 256, seed: seed)
  }
}
