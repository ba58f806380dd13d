// sign, validate, inspect, verify, extract: success and each error.

import Foundation
import Testing

struct ImageCommandTests {
  private static let key = ["--key", DevelopmentKeys.publicPath]

  /// A signed image with one byte changed.
  private func damaged(_ folder: borrowing TestFolder, at offset: Int) throws -> String {
    let path = try folder.buildSigned()
    var bytes = try folder.read("boot.img")
    bytes[offset] ^= 0xFF
    try folder.write("boot.img", bytes)
    return path
  }

  // MARK: sign

  @Test func `build then sign equals build with a key`() throws {
    let folder = try TestFolder()
    _ = try folder.buildSigned()
    let unsigned = folder.file("unsigned.img")
    #expect(Outcome(try folder.buildOptions() + ["-o", unsigned]).status == 0)
    let signed = folder.file("signed.img")
    #expect(
      Outcome(["sign", unsigned, "--key", DevelopmentKeys.privatePath, "-o", signed])
        == Outcome(status: 0))
    #expect(try folder.read("signed.img") == folder.read("boot.img"))
    #expect(Outcome(["sign", unsigned, "--key", DevelopmentKeys.privatePath]).status == 0)
    #expect(try folder.read("unsigned.img") == folder.read("boot.img"))
  }

  @Test func `sign refuses a malformed image and keeps it`() throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: 12)
    let before = try folder.read("boot.img")
    let outcome = Outcome(["sign", image, "--key", DevelopmentKeys.privatePath])
    #expect(
      outcome
        == Outcome(status: 1, errors: "boot-tool: \(image): at 12: unknown header flags 255\n"))
    #expect(try folder.read("boot.img") == before)
  }

  @Test(arguments: [(0, 4100), (6, 32768)])
  func `sign refuses a payload that differs from its hash`(section: Int, offset: Int) throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: offset)
    let before = try folder.read("boot.img")
    let start = offset & ~4095
    #expect(
      Outcome(["sign", image, "--key", DevelopmentKeys.privatePath])
        == Outcome(
          status: 1,
          errors: "boot-tool: \(image): at \(start): "
            + "section \(section): the contents differ from the hash\n"))
    #expect(try folder.read("boot.img") == before)
  }

  @Test func `sign refuses a public key`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let outcome = Outcome(["sign", image, "--key", DevelopmentKeys.publicPath])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("dev.pub: at 0: the line does not begin with the tag"))
  }

  @Test func `a key file above the limit is not read`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    for (size, reason) in [(8192, "at 0: the line does not"), (8193, "cannot read: File too")] {
      let key = try folder.write("long.key", Array(repeating: 0x61, count: size))
      let outcome = Outcome(["sign", image, "--key", key])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("boot-tool: \(key): \(reason)"))
    }
  }

  @Test func `an input that is a folder is refused`() throws {
    let folder = try TestFolder()
    #expect(
      Outcome(["validate", folder.path])
        == Outcome(
          status: 1, errors: "boot-tool: \(folder.path): cannot read: Is a directory\n"))
  }

  // MARK: validate

  @Test func `validate accepts a right structure`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    #expect(
      Outcome(["validate", image])
        == Outcome(
          status: 0, output: "\(image): valid structure, 7 sections, not verified\n"))
  }

  @Test func `validate does not look at payloads`() throws {
    let folder = try TestFolder()
    #expect(Outcome(["validate", try damaged(folder, at: 4096)]).status == 0)
  }

  @Test func `validate names the offset and the reason`() throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: 4095)
    #expect(
      Outcome(["validate", image])
        == Outcome(
          status: 1,
          errors: "boot-tool: \(image): at 4095: a reserved or padding byte is not zero\n"))
  }

  @Test func `a file that is no image is refused`() throws {
    let folder = try TestFolder()
    let path = try folder.write("text", String(repeating: "text", count: 100))
    #expect(
      Outcome(["validate", path])
        == Outcome(status: 1, errors: "boot-tool: \(path): at 0: not a boot image\n"))
  }

  @Test func `an empty file is refused`() throws {
    let folder = try TestFolder()
    let path = try folder.write("empty", "")
    #expect(
      Outcome(["validate", path]).errors
        == "boot-tool: \(path): at 0: the file ends after 0 bytes, 128 are needed\n")
  }

  // MARK: inspect

  @Test func `inspect prints JSON that a parser reads`() throws {
    let folder = try TestFolder()
    let outcome = Outcome(["inspect", try folder.buildSigned(), "--json"])
    #expect(outcome.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let report = try #require(object as? [String: Any])
    #expect(report["profile"] as? String == "dev")
    #expect(report["imageVersion"] as? Int == 7)
    #expect(report["totalSize"] as? Int == 36864)
    #expect((report["keyID"] as? String)?.count == 64)
    let sections = try #require(report["sections"] as? [[String: Any]])
    #expect(sections.count == 7)
    #expect(sections[4]["name"] as? String == "drv-serial")
    #expect(sections[4]["role"] as? Int == 0x81)
    #expect(sections[0]["size"] as? Int == 5000)
  }

  @Test func `inspect of an unsigned image has a null key`() throws {
    let folder = try TestFolder()
    let image = folder.file("boot.img")
    #expect(Outcome(try folder.buildOptions() + ["-o", image]).status == 0)
    #expect(Outcome(["inspect", image, "--json"]).output.contains("\"keyID\": null"))
  }

  @Test func `inspect refuses a malformed image`() throws {
    let folder = try TestFolder()
    #expect(Outcome(["inspect", try damaged(folder, at: 8)]).status == 1)
  }

  // MARK: verify

  @Test func `verify accepts what build made`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let outcome = Outcome(["verify", image] + Self.key)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("\(image): verified, profile dev, image version 7, key "))
  }

  @Test(arguments: [
    (["--minimum-version", "8"], "image version 7 is below the minimum of 8"),
    (["--profile", "release"], "images of profile dev are not accepted"),
    (["--profile", "release", "--profile", "smoke"], "images of profile dev are not accepted"),
  ])
  func `verify applies the policy`(options: [String], reason: String) throws {
    let folder = try TestFolder()
    let outcome = Outcome(["verify", try folder.buildSigned()] + Self.key + options)
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix(": \(reason)\n"))
  }

  @Test func `verify refuses a changed payload with its place`() throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: 4100)
    #expect(
      Outcome(["verify", image] + Self.key)
        == Outcome(
          status: 1,
          errors:
            "boot-tool: \(image): at 4096: section 0: the contents differ from the hash\n"))
  }

  @Test func `verify refuses a changed signature with its place`() throws {
    let folder = try TestFolder()
    let signature = 128 + 7 * 96 + 96
    let image = try damaged(folder, at: signature + 3)
    let outcome = Outcome(["verify", image] + Self.key)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix("boot-tool: \(image): at \(signature): the signature is wrong: "))
  }

  @Test func `verify refuses an unknown key`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    #expect(Outcome(["keygen", folder.file("other"), "--profile", "dev"]).status == 0)
    let outcome = Outcome(["verify", image, "--key", folder.file("other.pub")])
    #expect(
      outcome
        == Outcome(status: 1, errors: "boot-tool: \(image): at 64: signed by an unknown key\n"))
  }

  @Test func `verify refuses a key that may not sign the profile`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned("release")
    #expect(
      Outcome(["verify", image] + Self.key)
        == Outcome(
          status: 1,
          errors:
            "boot-tool: \(image): at 64: the key may not sign images of profile release\n"))
  }

  @Test(arguments: [false, true])
  func `verify refuses a key that two files have`(reversed: Bool) throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let text = try String(contentsOfFile: DevelopmentKeys.publicPath, encoding: .utf8)
    let other = text.replacingOccurrences(of: " dev,smoke\n", with: " release\n")
    #expect(other != text)
    let files = [DevelopmentKeys.publicPath, try folder.write("other.pub", other)]
    let paths = reversed ? [files[1], files[0]] : files
    let outcome = Outcome(["verify", image, "--key", paths[0], "--key", paths[1]])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("boot-tool: \(paths[1]): key "))
    #expect(outcome.errors.hasSuffix(" is in an earlier key file already\n"))
  }

  @Test func `verify needs a key`() throws {
    let outcome = Outcome(["verify", "boot.img"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("option --key is missing"))
  }

  // MARK: extract

  @Test(arguments: [["--unverified"], ["--key", DevelopmentKeys.publicPath]])
  func `extract gives a payload back`(options: [String]) throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let output = folder.file("out")
    #expect(
      Outcome(["extract", image, "--section", "service/memd", "-o", output] + options)
        == Outcome(status: 0))
    #expect(try folder.read("out") == Array("memd".utf8))
  }

  @Test func `extract names a section that is not there`() throws {
    let folder = try TestFolder()
    let image = try folder.buildSigned()
    let outcome = Outcome(
      ["extract", image, "--section", "service/logd", "-o", folder.file("out")] + Self.key)
    #expect(
      outcome
        == Outcome(
          status: 1, errors: "boot-tool: \(image): there is no section 'service/logd'\n"))
  }

  @Test func `extract verifies the image first`() throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: 4096)
    let outcome = Outcome(
      ["extract", image, "--section", "service/memd", "-o", folder.file("out")] + Self.key)
    #expect(outcome.status == 1)
    #expect(try !folder.names().contains("out"))
  }

  @Test func `extract without verification still checks the hash`() throws {
    let folder = try TestFolder()
    let image = try damaged(folder, at: 4096)
    let outcome = Outcome(
      ["extract", image, "--section", "kernel/kernel", "--unverified", "-o", folder.file("o")])
    #expect(outcome.errors.contains("at 4096: section 0: the contents differ from the hash"))
    #expect(outcome.status == 1)
  }

  @Test func `extract takes keys or their absence, not both`() {
    let common = ["extract", "boot.img", "--section", "a/b", "-o", "out"]
    #expect(Outcome(common).status == 2)
    #expect(Outcome(common + Self.key + ["--unverified"]).status == 2)
  }
}
