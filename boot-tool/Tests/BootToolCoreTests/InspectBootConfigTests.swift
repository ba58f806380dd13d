// The boot configuration in what inspect prints, valid or not.

import Foundation
import ImageDescription
import Testing

struct InspectBootConfigTests {
  /// An image whose boot configuration is changed after it was built, which inspect does not mind.
  private func image(
    _ folder: borrowing TestFolder, changing offset: Int, to byte: UInt8
  ) throws -> String {
    let path = try folder.buildSigned()
    var bytes = try folder.read("boot.img")
    let section = try SmallConfig.section("dev")
    let start = try #require(bytes.firstRange(of: section)).lowerBound
    bytes[start + offset] = byte
    try folder.write("boot.img", bytes)
    return path
  }

  /// The JSON report as a parser reads it.
  private func report(_ image: String) throws -> [String: Any] {
    let outcome = Outcome(["inspect", image, "--json"])
    #expect(outcome.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func `services are listed in launch order`() throws {
    let folder = try TestFolder()
    let output = Outcome(["inspect", try folder.buildSigned()]).output
    #expect(
      output.hasSuffix(
        """

        boot config    profile dev, 2 services
        launch order   rootd, memd

        #  service  launch  required  priority  budget   restart  starts after
        0  rootd    kernel  yes       200       1048576  never    -
        1  memd     rootd   yes       200       1048576  never    -

        """))
  }

  @Test func `the JSON report holds the source text of the configuration`() throws {
    let folder = try TestFolder()
    let report = try report(try folder.buildSigned())
    let source = try #require(report["bootConfig"] as? [String: Any])
    let text = try describeBootConfig(SmallConfig.section("dev"))
    let expected = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
    #expect(source as NSDictionary == expected)
    #expect(report["launchOrder"] as? [String] == ["rootd", "memd"])
  }

  @Test func `a configuration that breaks a rule has no launch order`() throws {
    let folder = try TestFolder()
    let path = try image(folder, changing: 112 + 88 + 3, to: 0)
    let output = Outcome(["inspect", path]).output
    #expect(output.contains("\nlaunch order   none: rule broken: rootd has priority 0\n"))
    #expect(output.contains("\n-  rootd "))
    let report = try report(path)
    #expect(report["bootConfig"] is [String: Any])
    #expect(report["launchOrder"] is NSNull)
  }

  @Test func `a configuration of no valid form is named as such`() throws {
    let folder = try TestFolder()
    let path = try image(folder, changing: 0, to: 0)
    let outcome = Outcome(["inspect", path])
    #expect(outcome.status == 0)
    #expect(
      outcome.output.hasSuffix(
        "\nboot config    not valid: boot-config: the magic is 0x4746434258495200\n"))
    let report = try report(path)
    #expect(report["bootConfig"] is NSNull)
    #expect(report["launchOrder"] is NSNull)
  }
}
