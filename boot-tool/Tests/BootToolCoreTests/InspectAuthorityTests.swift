// The declared authority as a picture and as differences.

import Foundation
import Testing

struct InspectAuthorityTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/authority.svg").path

  /// The picture of a file, which must be one.
  private func picture(_ path: String) -> String {
    let outcome = Outcome(["inspect", path, "--authority"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    return outcome.output
  }

  @Test func `the picture of two services is the one that was looked at`() throws {
    let folder = try TestFolder()
    let picture = picture(try folder.buildSigned())
    // RECORD_GOLDEN=1 writes it anew, to be looked at again.
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
      try picture.write(toFile: Self.golden, atomically: true, encoding: .utf8)
    }
    #expect(picture == (try String(contentsOfFile: Self.golden, encoding: .utf8)))
  }

  @Test func `docs/authority.svg is what make authority draws`() throws {
    let root = DevelopmentKeys.folder + "/../.."
    let kept = try String(contentsOfFile: root + "/docs/authority.svg", encoding: .utf8)
    #expect(kept == picture(root + "/integration/boot-config/system.json"))
  }

  @Test func `a source text has the same picture as its image`() throws {
    let folder = try TestFolder()
    let source = try folder.write("dev.json", SmallConfig.source("dev"))
    #expect(picture(source) == picture(try folder.buildSigned()))
  }

  @Test func `the picture of the system has every service and every edge`() throws {
    let source = DevelopmentKeys.folder + "/../boot-config/system.json"
    let text = try String(contentsOfFile: source, encoding: .utf8)
    let picture = picture(source)
    func count(_ part: String, in text: String) -> Int {
      text.components(separatedBy: part).count - 1
    }
    #expect(count("class=\"name\"", in: picture) == count("\"launch\": ", in: text))
    #expect(
      count("class=\"badge\"", in: picture) == count("\"mode\": \"call\"", in: text)
        + count("\"mode\": \"notify\"", in: text))
  }

  @Test func `equal images have no differences`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    #expect(Outcome(["inspect", image, image, "--authority"]) == Outcome(status: 0))
  }

  @Test func `a changed right, a new way and a system call are told by service`() throws {
    let folder = try TestFolder()
    let old = try SmallConfig.source("dev")
    let new = old.replacing("0x50002", with: "0x50003")
    try #require(new != old)
    let first = try folder.write("old.json", old)
    let second = try folder.write("new.json", new)
    let outcome = Outcome(["inspect", first, second, "--authority"])
    #expect(
      outcome.output == """
        memd
        - slot 3 endpoint send to rootd badge 0x50002
        - notify rootd badge 0x50002
        + slot 3 endpoint send to rootd badge 0x50003
        + notify rootd badge 0x50003

        """)
  }

  @Test func `a service that only one image has is told with all that it may do`() throws {
    let folder = try TestFolder()
    let small = try folder.buildSigned()
    let system = DevelopmentKeys.folder + "/../boot-config/system.json"
    let come = Outcome(["inspect", small, system, "--authority"]).output
    #expect(come.contains("\nnamed\n+ slot 1 endpoint receive+grant\n"))
    #expect(come.contains("\n+ system call yield\n"))
    let gone = Outcome(["inspect", system, small, "--authority"]).output
    #expect(gone.contains("\nnamed\n- slot 1 endpoint receive+grant\n"))
  }

  @Test func `what is neither image nor source text is refused`() throws {
    let folder = try TestFolder()
    let text = try folder.write("bad.json", "{")
    let image = try folder.write("bad.img", "ERIX")
    for path in [text, image, folder.file("absent")] {
      let outcome = Outcome(["inspect", path, "--authority"])
      #expect(outcome.status == 1)
      #expect(outcome.output == "")
      #expect(outcome.errors.hasPrefix("boot-tool: \(path): "))
    }
  }

  @Test func `a configuration of no valid form has no picture`() throws {
    let folder = try TestFolder()
    let path = try folder.buildSigned()
    var bytes = try folder.read("boot.img")
    let start = try #require(bytes.firstRange(of: try SmallConfig.section("dev"))).lowerBound
    bytes[start] = 0
    try folder.write("boot.img", bytes)
    let outcome = Outcome(["inspect", path, "--authority"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("boot-config: the magic is"))
  }
}
