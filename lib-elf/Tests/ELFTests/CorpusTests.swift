// Programs built here with clang and ld.lld: each is classified exactly, and the load plan of each
// accepted one is what readelf prints.

import ELF
import Foundation
import Testing

@Suite(.enabled(if: Tool.canBuild, "needs clang, ld.lld and readelf"))
struct CorpusTests {
  @Test(arguments: Recipe.all)
  func `a freestanding program is classified as readelf describes it`(recipe: Recipe) throws {
    try withTemporaryFolder { folder in
      let program = try build(recipe, in: folder)
      let refusal = try expectAgreement(
        program, in: folder, limits: recipe.limits, "\(recipe.name)")
      #expect(refusal == recipe.refusal, "\(recipe.name)")
    }
  }

  @Test func `the corpus has at least twenty accepted programs`() {
    #expect(Recipe.all.filter { $0.refusal == nil }.count >= 20)
  }

  @Test(.enabled(if: Tool.swiftc != nil, "needs swiftc"))
  func `an Embedded Swift program is accepted`() throws {
    try withTemporaryFolder { folder in
      try Self.swiftSource.write(
        to: folder.appendingPathComponent("program.swift"), atomically: true, encoding: .utf8)
      try run(
        Tool.swiftc,
        [
          "-target", "x86_64-unknown-none-elf", "-enable-experimental-feature", "Embedded", "-wmo",
          "-parse-as-library", "-Osize", "-Xcc", "-mno-red-zone", "-Xfrontend",
          "-disable-stack-protector", "-Xfrontend", "-function-sections", "-c", "program.swift",
          "-o", "program.o",
        ], in: folder)
      let arguments = Recipe.project + ["-e", "program_entry", "-o", "program", "program.o"]
      try run(Tool.lld, arguments, in: folder)
      let refusal = try expectAgreement(
        folder.appendingPathComponent("program"), in: folder, limits: .program, "swift")
      #expect(refusal == nil)
    }
  }

  private static let swiftSource = """
    protocol Shape { func area() -> Int }
    struct Square: Shape { let side: Int; func area() -> Int { side &* side } }
    struct Line: Shape { func area() -> Int { 0 } }
    @inline(never) func sum<S: Shape>(_ shape: S, _ times: Int) -> Int {
      var total = 0
      for index in 0..<times { total &+= shape.area() &+ index }
      return total
    }
    nonisolated(unsafe) var state = 40
    nonisolated(unsafe) var name: StaticString = "service"
    @c(program_entry) public func entry() {
      while true { unsafe state = sum(Square(side: state), state) &+ name.utf8CodeUnitCount }
    }
    """

  /// Compiles and links a recipe.
  private func build(_ recipe: Recipe, in folder: URL) throws -> URL {
    try recipe.source.write(
      to: folder.appendingPathComponent("program.c"), atomically: true, encoding: .utf8)
    let target =
      recipe.source == Recipe.indirect ? "x86_64-unknown-linux-gnu" : "x86_64-unknown-none-elf"
    try run(
      Tool.clang,
      ["-target", target, "-ffreestanding", "-w"] + recipe.compile
        + ["-c", "program.c", "-o", "program.o"], in: folder)
    var arguments = recipe.link
    if let script = recipe.script {
      try script.write(
        to: folder.appendingPathComponent("script.ld"), atomically: true, encoding: .utf8)
      arguments += ["-T", "script.ld"]
    }
    try run(Tool.lld, arguments + ["-o", "program", "program.o"], in: folder)
    return folder.appendingPathComponent("program")
  }

  private func run(_ tool: Tool?, _ arguments: [String], in folder: URL) throws {
    guard let tool else { throw BuildFailure(description: "a tool is missing") }
    let outcome = try tool.run(arguments, in: folder)
    guard outcome.succeeded else { throw BuildFailure(description: outcome.errors) }
  }
}
