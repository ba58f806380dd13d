// Static programs of the host system: they were not made for this system, and each is accepted or
// refused for exactly the reason that readelf's output shows.

import ELF
import Foundation
import Testing

@Suite(.enabled(if: Tool.readelf != nil, "needs readelf"))
struct HostProgramTests {
  /// Programs that Debian has, static ones first.
  static let installed = ["/sbin/ldconfig", "/usr/bin/busybox", "/bin/true", "/usr/bin/env"]
    .filter(FileManager.default.fileExists)

  @Test(arguments: installed)
  func `an installed program is refused for the reason readelf shows`(path: String) throws {
    try withTemporaryFolder { folder in
      let refusal = try expectAgreement(
        URL(fileURLWithPath: path), in: folder, limits: .program, "\(path)")
      #expect(refusal != nil)
    }
  }

  /// Ways to link a program of the host, and whether the result can run here.
  static let recipes: [(options: [String], source: String, isAccepted: Bool)] = [
    (["-static"], hosted, false),
    (["-static-pie"], hosted, false),
    (["-pie", "-fpie"], hosted, false),
    (["-nostdlib", "-static"], freestanding, true),
    (["-nostdlib", "-static-pie", "-fpie"], freestanding, true),
    (["-nostdlib", "-static", "-Wl,-z,noseparate-code"], freestanding, true),
    (["-nostdlib", "-shared", "-fPIC"], freestanding, false),
  ]

  private static let hosted = "int main(void) { return 0; }"
  private static let freestanding = """
    int word = 1; int *volatile pointer = &word; int zeros[4000];
    void _start(void) { for (;;) zeros[7] += ++*pointer; }
    """

  @Test(.enabled(if: Tool.gcc != nil, "needs gcc"), arguments: recipes)
  func `a program of the host compiler is classified as readelf describes it`(
    options: [String], source: String, isAccepted: Bool
  ) throws {
    try withTemporaryFolder { folder in
      guard let gcc = Tool.gcc else { return }
      try source.write(
        to: folder.appendingPathComponent("program.c"), atomically: true, encoding: .utf8)
      let outcome = try gcc.run(
        ["-fno-stack-protector", "-O1"] + options + ["-o", "program", "program.c"], in: folder)
      guard outcome.succeeded || source != Self.hosted else {
        print("SKIPPED: \(options) needs the static C library: \(outcome.errors)")
        return
      }
      try #require(outcome.succeeded, "\(outcome.errors)")
      let refusal = try expectAgreement(
        folder.appendingPathComponent("program"), in: folder, limits: .program, "\(options)")
      #expect((refusal == nil) == isAccepted, "\(options)")
    }
  }
}
