// Random legal and illegal operations on the kernel beside the reference model.

import Foundation
import KernelCore
import Testing

/// How long the long run is; `MODEL_OPERATIONS`, `MODEL_SEED`, `MODEL_SHRINK` in the environment.
enum Soak {
  static let operations = number("MODEL_OPERATIONS", 6000)
  static let seed = UInt64(number("MODEL_SEED", 1))
  /// Whether a failing sequence is made short, which takes minutes.
  static let shrinks = number("MODEL_SHRINK", 1) != 0
  /// The sequences that operations are cut into, of different lengths and worlds.
  static let lanes = 4

  private static func number(_ name: String, _ fallback: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? fallback
  }
}

struct ModelTests {
  /// Runs a random sequence; a failure is reported with its seed and its shortest form.
  ///
  /// - Returns: How many actions were carried out, as opposed to refused.
  private func trial(
    seed: UInt64, count: Int, _ size: TrialSize, prelude: [Action] = [], talking: Bool = false
  ) throws -> Int {
    var random = Generator(state: seed)
    let actions = prelude + (0..<count).map { _ in Action(using: &random, talking: talking) }
    do {
      return try run(actions, size)
    } catch let error as Divergence {
      guard Soak.shrinks else {
        Issue.record("seed \(seed): \(error)")
        return 0
      }
      let often = TrialSize(
        frames: size.frames, slotCount: size.slotCount, stride: 16, smallest: 0)
      let short = shrink(Array(actions.prefix(error.step + 1))) { candidate in
        (try? run(candidate, often)) == nil
      }
      var reason = "\(error)"
      do { _ = try run(short, often) } catch { reason = "\(error)" }
      let lines = short.map { "  \($0)" }.joined(separator: "\n")
      Issue.record("seed \(seed): \(reason)\n\(lines)")
      return 0
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `kernel and model agree after every operation`(seed: UInt64) throws {
    let size = TrialSize(frames: 256, slotCount: 4096, smallest: .max)
    #expect(try trial(seed: seed, count: 250, size) > 30)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `kernel and model agree about threads that talk`(seed: UInt64) throws {
    let size = TrialSize(frames: 512, slotCount: 4096, smallest: .max)
    let scene = Action.prelude(ballast: 0)
    let successes = try trial(seed: seed, count: 250, size, prelude: scene, talking: true)
    #expect(successes > scene.count + 30)
  }

  /// The long run, in lanes that run side by side.
  @Test(arguments: 0..<Soak.lanes)
  func `kernel and model agree in a long run`(lane: Int) throws {
    var done = 0
    var successes = 0
    var seed = Soak.seed &+ UInt64(lane)
    while done < Soak.operations / Soak.lanes {
      // All else follows from the seed. One in eight is a small world, in which everything is
      // compared after every step.
      let isSmall = seed % 8 == 7
      let size = TrialSize(
        frames: isSmall ? 320 : 1024, slotCount: seed % 5 == 0 ? 1 << 20 : 4096)
      let count = isSmall ? 250 : 2000
      let ballast: UInt32 = isSmall ? 0 : 60
      let isTalking = seed % 3 != 0
      successes += try trial(
        seed: seed, count: count, size,
        prelude: isTalking ? Action.prelude(ballast: ballast) : Action.ballast(ballast),
        talking: isTalking)
      done += count
      seed &+= UInt64(Soak.lanes)
    }
    let sequences = (seed &- Soak.seed) / UInt64(Soak.lanes)
    print("model: \(done) operations, \(successes) of them carried out, in \(sequences) sequences")
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `kernel and model agree when memory is short`(seed: UInt64) throws {
    let size = TrialSize(frames: 40, slotCount: 4096, smallest: .max)
    _ = try trial(seed: seed &+ 100, count: 250, size)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `every state before the finaliser has caught up is consistent`(seed: UInt64) throws {
    var random = Generator(state: seed &+ 500)
    let actions =
      Action.prelude(ballast: 0)
      + (0..<250).map { _ in Action(using: &random, talking: seed % 2 == 0) }
    try runUnsettled(actions, seed: seed)
  }
}
